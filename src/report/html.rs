//! A report as one HTML file.

use std::fmt::Write as _;

use super::charts;
use super::claims::{self, ClaimAnswer};
use super::markup::{escaped, grouped, number};
use super::page::{FilledSection, ReportPage, SectionOrigin};
use super::pictures::CasePicture;
use super::table::ReportCell;
use super::texts::ReportTexts;
use super::verdict::VerdictState;
use crate::records::issue::ISSUE_CODES;

/// Nothing is loaded: the page is one file, pictures are in it.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";
const STYLE: &str = include_str!("report.css");

impl ReportPage {
    /// The HTML text of the report.
    pub fn to_html(&self) -> String {
        let language = self.language.code();
        let title = format!("{}: {}", self.word("title"), self.subject);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"generator\" content=\"mammodex report\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            escaped(&title)
        );
        self.header(&mut out);
        out.push_str("<main>\n");
        for cluster in &self.outline.clusters {
            let sections = self.sections.iter().filter(|s| s.spec.cluster == cluster.name);
            let _ = writeln!(
                out,
                "<section class=\"cluster\" id=\"{}\">\n<h2>{}</h2>\n<p class=\"lead\">{}</p>",
                escaped(&cluster.name),
                escaped(cluster.title.get(self.language)),
                escaped(cluster.text.get(self.language))
            );
            sections.for_each(|section| self.section(&mut out, section));
            out.push_str("</section>\n");
        }
        self.claims(&mut out);
        let footer = escaped(&self.word("footer"));
        let _ = write!(out, "</main>\n<footer>{footer}</footer>\n</body>\n</html>\n");
        out
    }

    fn word(&self, code: &str) -> String {
        ReportTexts::get().text(code, self.language)
    }

    fn filled(&self, code: &str, values: &[(&str, &str)]) -> String {
        escaped(&ReportTexts::get().filled(code, self.language, values))
    }

    fn header(&self, out: &mut String) {
        let verdict = &self.verdict;
        let _ = writeln!(
            out,
            "<header>\n<p class=\"kind\">{}</p>\n<h1>{}</h1>\n<p class=\"source\">{}</p>",
            escaped(&self.word("title")),
            escaped(&self.subject),
            escaped(&self.source_line)
        );
        let (class, code) = match verdict.state() {
            VerdictState::Good => ("good", "good"),
            VerdictState::Attention => ("attention", "attention"),
            VerdictState::Fail => ("fail", "fail"),
        };
        let (errors, warnings) = (whole(verdict.errors), whole(verdict.warnings));
        let failed = whole(verdict.failed_checks);
        let values = [("errors", &*errors), ("warnings", &*warnings), ("failed", &*failed)];
        let changes = match &verdict.changes {
            None => self.filled("first_snapshot", &[]),
            Some(changes) => {
                let numbers = [changes.added, changes.removed, changes.changed].map(whole);
                let older = changes.older.to_string();
                let [added, removed, changed] = &numbers;
                let values = [
                    ("older", &*older),
                    ("added", added),
                    ("removed", removed),
                    ("changed", changed),
                ];
                self.filled("changed", &values)
            }
        };
        let _ = writeln!(
            out,
            "<p class=\"verdict {class}\"><strong>{}</strong><span>{changes}</span></p>",
            self.filled(code, &values)
        );
        self.figures(out);
        self.contents(out);
        out.push_str("</header>\n");
    }

    /// The counts of the verdict, those of an earlier snapshot beside.
    fn figures(&self, out: &mut String) {
        out.push_str("<ul class=\"figures\">\n");
        let compared = self.compared.as_ref();
        for (place, (code, count)) in self.verdict.counts().into_iter().enumerate() {
            let word = escaped(&self.word(code));
            let other = compared.map_or_else(String::new, |other| {
                let count = other.verdict.counts()[place].1;
                format!(
                    " <small data-value=\"{count}\">({}: {})</small>",
                    other.snapshot,
                    whole(count)
                )
            });
            let _ = writeln!(
                out,
                "<li data-figure=\"{code}\"><b data-value=\"{count}\">{}</b> {word}{other}</li>",
                whole(count)
            );
        }
        out.push_str("</ul>\n");
        if let Some(other) = compared {
            let number = other.snapshot.to_string();
            let note = self.filled("compared_note", &[("older", &number)]);
            let _ = writeln!(out, "<p class=\"note\">{note}</p>");
        }
    }

    fn contents(&self, out: &mut String) {
        let _ = writeln!(out, "<nav aria-label=\"{}\">\n<ol>", escaped(&self.word("contents")));
        for cluster in &self.outline.clusters {
            let title = escaped(cluster.title.get(self.language));
            let _ = writeln!(out, "<li><a href=\"#{}\">{title}</a></li>", escaped(&cluster.name));
        }
        let claim = escaped(&self.word("claim_title"));
        let _ = writeln!(out, "<li><a href=\"#claim\">{claim}</a></li>\n</ol>\n</nav>");
    }

    fn section(&self, out: &mut String, section: &FilledSection) {
        let spec = &section.spec;
        let _ = writeln!(
            out,
            "<article id=\"{}\">\n<h3>{}</h3>\n<p>{}</p>",
            escaped(&spec.name),
            escaped(spec.title.get(self.language)),
            code_spans(&escaped(spec.text.get(self.language)))
        );
        if spec.source == super::section::SectionSource::Shortcuts {
            let label = self.filled("label", &[("label", &self.label)]);
            let _ = writeln!(out, "<p class=\"label\">{label}</p>");
        }
        if let Some(reason) = &section.blank {
            let _ = writeln!(
                out,
                "<p class=\"blank\">{}</p>",
                self.filled("blank", &[("reason", reason)])
            );
        } else if !section.table.rows.is_empty() {
            if let Some(svg) = charts::draw(section, self.language) {
                let _ = writeln!(out, "<figure>\n{}</figure>", svg);
            }
            self.table(out, section);
            self.pictures(out, section);
        } else {
            let _ = writeln!(out, "<p class=\"blank\">{}</p>", self.filled("no_rows", &[]));
        }
        if section.withheld {
            let (least, most) = (self.min_cell.to_string(), (self.min_cell.max(1) - 1).to_string());
            let text = self.filled("withheld", &[("least", &least), ("most", &most)]);
            let _ = writeln!(out, "<p class=\"note\">{text}</p>");
        }
        let (word, text) = match &section.origin {
            SectionOrigin::Sql(sql) => ("copy_sql", sql),
            SectionOrigin::Command(command) => ("copy_command", command),
        };
        let _ = writeln!(
            out,
            "<details><summary>{}</summary><pre><code>{}</code></pre></details>\n</article>",
            self.filled(word, &[]),
            escaped(text)
        );
    }

    fn table(&self, out: &mut String, section: &FilledSection) {
        let (texts, table) = (ReportTexts::get(), &section.table);
        let is_number = |place: usize| {
            place >= section.spec.keys
                && !table.rows.iter().any(|row| matches!(row[place], ReportCell::Text(_)))
        };
        out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
        for (place, column) in table.columns.iter().enumerate() {
            let class = if is_number(place) { " class=\"number\"" } else { "" };
            // A column of another snapshot: `patients (1)`.
            let (name, rest) = match column.rsplit_once(" (") {
                Some((name, rest)) if self.compared.is_some() => (name, format!(" ({rest}")),
                _ => (column.as_str(), String::new()),
            };
            let name = match (name, section.spec.pivot) {
                ("missing", true) => texts.text("missing", self.language),
                _ => texts.column(name, self.language),
            };
            let _ =
                write!(out, "<th scope=\"col\"{class}>{}{}</th>", escaped(&name), escaped(&rest));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            out.push_str("<tr>");
            for (place, cell) in row.iter().enumerate() {
                let is_key = place < section.spec.keys;
                match (cell, table.columns[place].as_str()) {
                    (ReportCell::Text(text), "case_id") if is_key => {
                        case_cell(out, text, &section.pictures);
                    }
                    (ReportCell::Text(text), "code") => self.code_cell(out, text),
                    _ => self.cell(out, cell, is_key, section.spec.digits),
                }
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n");
    }

    /// The code of a finding with its meaning.
    fn code_cell(&self, out: &mut String, code: &str) {
        let spec = ISSUE_CODES.iter().find(|spec| spec.name == code);
        let meaning = spec.map_or_else(String::new, |spec| {
            let meaning = ReportTexts::get().value(spec.meaning, self.language);
            format!("<small>{}</small>", escaped(&meaning))
        });
        let code = escaped(code);
        let _ = write!(
            out,
            "<th scope=\"row\" class=\"code\" data-value=\"{code}\">{code}{meaning}</th>"
        );
    }

    fn pictures(&self, out: &mut String, section: &FilledSection) {
        if section.pictures.is_empty() {
            return;
        }
        out.push_str("<div class=\"pictures\">\n");
        for (place, picture) in section.pictures.iter().enumerate() {
            let case_id = escaped(&picture.case_id);
            let shown = match &picture.jpeg {
                Ok(jpeg) => {
                    let text = self.filled("picture_text", &[("case", &picture.case_id)]);
                    format!("<img alt=\"{text}\" src=\"data:image/jpeg;base64,{jpeg}\">")
                }
                Err(reason) => {
                    let reason = ReportTexts::get().value(reason, self.language);
                    let text = self.filled("no_picture", &[("reason", &reason)]);
                    format!("<p class=\"blank\">{text}</p>")
                }
            };
            let _ = writeln!(
                out,
                "<figure id=\"case-{}\">{shown}<figcaption>{case_id}</figcaption></figure>",
                place + 1
            );
        }
        out.push_str("</div>\n");
    }

    fn cell(&self, out: &mut String, cell: &ReportCell, is_key: bool, digits: usize) {
        let texts = ReportTexts::get();
        let (open, close) = if is_key { ("th scope=\"row\"", "th") } else { ("td", "td") };
        let _ = match cell {
            ReportCell::Missing if is_key => {
                let word = escaped(&texts.text("missing", self.language));
                write!(out, "<{open} class=\"missing\">{word}</{close}>")
            }
            ReportCell::Missing => write!(out, "<{open}></{close}>"),
            ReportCell::Text(text) => {
                let shown = escaped(&texts.value(text, self.language));
                write!(out, "<{open} data-value=\"{}\">{shown}</{close}>", escaped(text))
            }
            ReportCell::Withheld(text) => {
                write!(out, "<{open} class=\"number withheld\">{}</{close}>", escaped(text))
            }
            // The name of a row, such as a year, has no thousands.
            ReportCell::Whole(whole) if is_key => {
                write!(out, "<{open} data-value=\"{whole}\">{whole}</{close}>")
            }
            ReportCell::Whole(whole) => {
                write!(
                    out,
                    "<{open} class=\"number\" data-value=\"{whole}\">{}</{close}>",
                    grouped(*whole)
                )
            }
            ReportCell::Real(real) => {
                let shown = number(cell, digits).unwrap_or_default();
                write!(out, "<{open} class=\"number\" data-value=\"{real}\">{shown}</{close}>")
            }
        };
    }

    fn claims(&self, out: &mut String) {
        let word = |code: &str| escaped(&self.word(code));
        let _ = writeln!(
            out,
            "<section class=\"cluster\" id=\"claim\">\n<h2>{}</h2>\n<p class=\"lead\">{}</p>\n\
             <div class=\"wide\"><table class=\"claim\">\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\"></th>\
             <th scope=\"col\">{}</th></tr></thead>\n<tbody>",
            word("claim_title"),
            word("claim_text"),
            word("claim_item"),
            word("claim_where")
        );
        for item in &self.outline.claims {
            let answer = match claims::answer(self, item) {
                ClaimAnswer::Section(name, title) => {
                    format!("<td><a href=\"#{}\">{}</a></td>", escaped(&name), escaped(&title))
                }
                ClaimAnswer::Blank(reason) => {
                    format!("<td class=\"missing\">{}</td>", escaped(&reason))
                }
            };
            let title = escaped(item.title.get(self.language));
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{title}</td>{answer}</tr>",
                item.item
            );
        }
        out.push_str("</tbody>\n</table></div>\n</section>\n");
    }
}

/// A count as people read it.
fn whole(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The ID of a case, linked to its picture.
fn case_cell(out: &mut String, case_id: &str, pictures: &[CasePicture]) {
    let place = pictures.iter().position(|picture| picture.case_id == case_id);
    let case_id = escaped(case_id);
    let shown = match place {
        Some(place) => format!("<a href=\"#case-{}\">{case_id}</a>", place + 1),
        None => case_id.clone(),
    };
    let _ = write!(out, "<th scope=\"row\" data-value=\"{case_id}\">{shown}</th>");
}

/// Escaped text with what is between backquotes as code.
fn code_spans(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let part = |(place, part): (usize, &str)| match place % 2 {
        1 => format!("<code>{part}</code>"),
        _ => part.to_owned(),
    };
    parts.map(part).collect()
}
