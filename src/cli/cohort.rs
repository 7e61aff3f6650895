//! `mammodex cohort`: sets of patients with a name.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::{Args, Subcommand};

use super::output::{self, Output};
use super::{At, Failure, Global, Outcome, many};
use crate::catalog::script::Statement;
use crate::cohort::{self, Cohort, Definition, Filters, Name, Standing};

/// Make, list, show and drop cohorts.
///
/// A cohort is a set of patients, given by filters or by a query. It is kept as a TOML file in the
/// catalog's folder with its SQL, and stands in every query as cohorts.NAME, with the columns of
/// patients.
#[derive(Debug, Args)]
pub struct Request {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Box<Create>),
    List(List),
    Show(Show),
    Drop(Drop),
}

/// Save a cohort.
///
/// All filters given must hold; within one, values parted by commas are alternatives. Names of
/// vendors, groups, views and histologies are those of the catalog, in any case.
///
/// T and N: 2 is the category (0 is T0 and Tis), 1c or Tis the code; >=, >, <= and < compare. A
/// comparison with a code, such as '>=1c', takes higher categories whole and, of the same one,
/// the codes that are known to fit. BI-RADS is that of the worse side: 4 takes 4A, 4B and 4C too,
/// 4A only itself; 0 is incomplete, so that '<3' does not take it.
///
/// --where takes any condition on `patients AS p`. Images are asked with EXISTS:
/// --where "EXISTS (SELECT 1 FROM images i WHERE i.case_id = p.case_id AND i.kvp_kv > 30)".
///
/// --view limits the images: manifests of the cohort hold images of these views alone, and
/// patients without any are left out.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort create t2_ge --t-stage '>=2' --vendor GE --note 'for the pilot'\n  \
    mammodex cohort create young --where 'p.age_years < 40' --view RCC,LCC\n  \
    mammodex cohort create drawn --sql 'SELECT case_id FROM lesions WHERE area_mm2 > 100'")]
struct Create {
    /// Letters, digits, - and _.
    name: Name,
    /// A query with a column case_id, instead of filters.
    #[arg(long, conflicts_with_all = ["t_stage", "n_stage", "histology", "vendor", "birads", "diagnosis", "view", "condition"])]
    sql: Option<String>,
    /// T stage, such as '>=2', 1c or 2,3.
    #[arg(long, value_name = "T")]
    t_stage: Option<String>,
    /// N stage, such as 0 or '>=1'.
    #[arg(long, value_name = "N")]
    n_stage: Option<String>,
    /// Histology groups or ICD-O-3 codes, such as IDC,ILC.
    #[arg(long, value_name = "GROUPS")]
    histology: Option<String>,
    /// Makers of the device.
    #[arg(long, value_name = "NAMES")]
    vendor: Option<String>,
    /// BI-RADS of the worse side, such as 4,5 or 4A.
    #[arg(long, value_name = "CATEGORIES")]
    birads: Option<String>,
    /// Groups: normal, benign, malignant.
    #[arg(long, value_name = "GROUPS")]
    diagnosis: Option<String>,
    /// Only images of these views, and patients who have one.
    #[arg(long, value_name = "VIEWS")]
    view: Option<String>,
    /// Any SQL condition on patients AS p.
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Why it is made.
    #[arg(long)]
    note: Option<String>,
    /// Replace a cohort of that name.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: At,
}

/// List the saved cohorts.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    output: Output,
}

/// Show a cohort: its SQL and what it counts now.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex cohort show t2_ge")]
struct Show {
    /// Which.
    name: Name,
    #[command(flatten)]
    at: At,
}

/// Drop a cohort; splits and manifests made from it stay.
#[derive(Debug, Args)]
struct Drop {
    /// Which.
    name: Name,
}

pub(super) fn run(global: &Global, request: Request) -> Result<Outcome, Failure> {
    match request.action {
        Action::Create(request) => create(global, *request),
        Action::List(request) => list(global, &request),
        Action::Show(request) => show(global, &request),
        Action::Drop(request) => {
            cohort::delete(&global.catalog, &request.name)?;
            eprintln!("cohort {} is dropped", request.name);
            Ok(Outcome::Done)
        }
    }
}

fn create(global: &Global, request: Create) -> Result<Outcome, Failure> {
    let catalog = super::open(global, &request.at)?;
    let definition = match &request.sql {
        Some(sql) => Definition::from_sql(&catalog, sql)?,
        None => {
            let filters = Filters {
                t_stage: request.t_stage,
                n_stage: request.n_stage,
                histology: request.histology,
                vendor: request.vendor,
                birads: request.birads,
                diagnosis: request.diagnosis,
                view: request.view,
                condition: request.condition,
            };
            if filters == Filters::default() {
                return Err("give --sql or a filter; all patients are --where true".into());
            }
            filters.compile(&catalog)?
        }
    };
    let (cohort, counts) = Cohort::new(&catalog, request.name, request.note, definition)?;
    let standing = if request.force { Standing::Replace } else { Standing::Keep };
    let path = cohort::save(catalog.dir(), &cohort, standing)?;
    let Cohort { name, patients, images, .. } = &cohort;
    let (people, files) = (many(*patients, "patient"), many(*images, "image"));
    eprintln!("cohort {name}: {people}, {files}; kept in {}", path.display());
    if counts.repeated > 0 {
        let rows = many(counts.repeated, "row");
        eprintln!("the query named patients again in {rows}; each counts once");
    }
    if *patients == 0 {
        eprintln!("nobody is in it: look at `mammodex cohort show {name}`");
    }
    Ok(Outcome::Done)
}

fn list(global: &Global, request: &List) -> Result<Outcome, Failure> {
    let mut cohorts = Vec::new();
    let mut outcome = Outcome::Done;
    for cohort in cohort::list(&global.catalog) {
        match cohort {
            Ok(cohort) => cohorts.push(cohort),
            Err(error) => {
                output::complain(&error.to_string());
                outcome = Outcome::WithErrors;
            }
        }
    }
    let text = |of: fn(&Cohort) -> Option<String>| -> ArrayRef {
        Arc::new(cohorts.iter().map(of).collect::<StringArray>())
    };
    let count = |of: fn(&Cohort) -> u64| -> ArrayRef {
        Arc::new(cohorts.iter().map(|c| Some(of(c))).collect::<UInt64Array>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("name", text(|c| Some(c.name.to_string())), false),
        ("patients", count(|c| c.patients), false),
        ("images", count(|c| c.images), false),
        ("snapshot", count(|c| c.snapshot.into()), false),
        ("note", text(|c| c.note.clone()), true),
    ])?;
    request.output.write(&batch)?;
    Ok(outcome)
}

fn show(global: &Global, request: &Show) -> Result<Outcome, Failure> {
    let catalog = super::open(global, &request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.name)?;
    let counts = cohort.definition().counts(&catalog)?;
    output::print(&describe(&cohort))?;
    output::print(&format!("{}\n\n", cohort.sql))?;
    Output::default().run(&catalog, &[groups(&cohort.definition())])?;
    let now = catalog.snapshot().id;
    if (cohort.patients, cohort.images) != (counts.patients, counts.images) {
        eprintln!(
            "made on snapshot {} with {} patients and {} images; snapshot {now} gives {} and {}",
            cohort.snapshot, cohort.patients, cohort.images, counts.patients, counts.images
        );
    }
    Ok(Outcome::Done)
}

fn describe(cohort: &Cohort) -> String {
    let mut text = format!("cohort {}, made on snapshot {}\n", cohort.name, cohort.snapshot);
    if let Some(note) = &cohort.note {
        text.push_str(&format!("note: {note}\n"));
    }
    for (filter, value) in &cohort.filters {
        text.push_str(&format!("filter: --{filter} {value}\n"));
    }
    if !cohort.views.is_empty() {
        text.push_str(&format!("images: views {} alone\n", cohort.views.join(", ")));
    }
    text.push('\n');
    text
}

/// Patients and images by group, and in all.
fn groups(definition: &Definition) -> Statement {
    let (members, condition) = (definition.members(), definition.image_condition());
    let sql = format!(
        "SELECT CASE WHEN grouping(p.diagnosis) = 1 THEN 'all' ELSE p.diagnosis END AS diagnosis,
                count(*) AS patients, coalesce(sum(n.images), 0) AS images
         FROM ({members}) JOIN patients AS p USING (case_id)
         LEFT JOIN (SELECT i.case_id, count(*) AS images FROM images AS i WHERE {condition} GROUP BY 1) AS n
              USING (case_id)
         GROUP BY ROLLUP (p.diagnosis) ORDER BY grouping(p.diagnosis), 1"
    );
    Statement { sql, ended: true }
}
