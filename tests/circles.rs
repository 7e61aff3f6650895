//! Files of `src` use each other in one direction only, and `mod.rs` files hold no code.

use std::collections::BTreeSet;

use super::offences::{Offence, assert_none};
use super::source_tree::{SourceFile, SourceTree, files_below, repository, test_item};

/// Sets of files of which each can be reached from each other, by Tarjan's algorithm.
struct Circles<'a> {
    uses: &'a [Vec<usize>],
    order: Vec<Option<usize>>,
    lowest: Vec<usize>,
    stack: Vec<usize>,
    count: usize,
    circles: Vec<BTreeSet<usize>>,
}

impl<'a> Circles<'a> {
    fn of(uses: &'a [Vec<usize>]) -> Vec<BTreeSet<usize>> {
        let files = uses.len();
        let mut circles = Self {
            uses,
            order: vec![None; files],
            lowest: vec![0; files],
            stack: Vec::new(),
            count: 0,
            circles: Vec::new(),
        };
        for file in 0..files {
            if circles.order[file].is_none() {
                circles.visit(file);
            }
        }
        circles.circles
    }

    fn visit(&mut self, file: usize) {
        self.order[file] = Some(self.count);
        self.lowest[file] = self.count;
        self.count += 1;
        self.stack.push(file);
        for next in self.uses[file].clone() {
            if self.order[next].is_none() {
                self.visit(next);
                self.lowest[file] = self.lowest[file].min(self.lowest[next]);
            } else if self.stack.contains(&next) {
                self.lowest[file] = self.lowest[file].min(self.order[next].unwrap());
            }
        }
        if Some(self.lowest[file]) == self.order[file] {
            let start = self.stack.iter().position(|on_stack| *on_stack == file).unwrap();
            let circle: BTreeSet<usize> = self.stack.drain(start..).collect();
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
    }
}

#[test]
fn no_file_uses_itself_round_about() {
    let tree = SourceTree::read();
    let edges: Vec<_> = (0..tree.files.len()).map(|file| tree.uses(file)).collect();
    let uses: Vec<Vec<usize>> = edges.iter().map(|uses| uses.keys().copied().collect()).collect();
    let mut offences = Vec::new();
    for (number, circle) in Circles::of(&uses).iter().enumerate() {
        for file in circle {
            for (target, lines) in edges[*file].iter().filter(|(target, _)| circle.contains(target))
            {
                let path = &tree.files[*file].path;
                let target = &tree.files[*target].path;
                offences.push(Offence {
                    path: path.clone(),
                    line: *lines.first().unwrap(),
                    message: format!(
                        "circle {} of {} files: uses {target}",
                        number + 1,
                        circle.len()
                    ),
                });
            }
        }
    }
    assert_none("circle", &offences);
}

#[test]
fn mod_files_declare_re_export_and_introduce() {
    let tree = SourceTree::read();
    let code = ["fn", "struct", "enum", "trait", "impl", "const", "static", "type", "macro_rules"];
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with("/mod.rs")) {
        let mut depth = 0_usize;
        let mut index = 0;
        while index < file.tokens.len() {
            if let Some(end) = test_item(&file.tokens, index) {
                index = end;
                continue;
            }
            let token = &file.tokens[index];
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                word if depth == 0 && code.contains(&word) => {
                    let name = file.tokens.get(index + 1).map_or("", |name| name.text.as_str());
                    let message = format!("{word} {name} belongs in a file of its own");
                    offences.push(Offence { path: file.path.clone(), line: token.line, message });
                }
                _ => {}
            }
            index += 1;
        }
    }
    assert_none("mod", &offences);
}

#[test]
fn no_file_has_more_than_five_hundred_lines() {
    let is_long = |file: &&SourceFile| file.text.lines().count() > 500;
    let long: Vec<_> = SourceTree::read().files;
    let long: Vec<_> = long.iter().filter(is_long).map(|file| &file.path).collect();
    assert!(long.is_empty(), "{long:?}");
}

/// Every run of the binary goes through the fixture, which hides the user's settings from it.
#[test]
fn no_test_starts_the_binary_past_the_fixture() {
    let tests = repository().join("tests");
    let mark = ["CARGO_BIN", "EXE"].join("_");
    for path in files_below(&tests, &["rs"]) {
        let fixture = path.ends_with("fixture.rs");
        let starts = std::fs::read_to_string(&path).unwrap().contains(&mark);
        assert!(fixture || !starts, "{} starts the binary; use fixture::command", path.display());
    }
}
