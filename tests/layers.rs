//! The layer table of docs/architecture.md, compared with the paths that each module names.

use std::collections::BTreeSet;
use std::fs;

use super::source_tree::{SourceTree, repository};

/// A row of the layer table.
struct Layer {
    module: String,
    /// The modules it may import; `None` where every module above is allowed.
    imports: Option<Vec<String>>,
    /// Crates that only rows which list them may name; `dicom-*` means all of that prefix.
    crates: Vec<String>,
}

impl Layer {
    fn may_import(&self, module: &str) -> bool {
        self.imports.as_ref().is_none_or(|imports| imports.iter().any(|name| name == module))
    }

    fn may_name(&self, name: &str) -> bool {
        self.crates.iter().any(|confined| matches(confined, name))
    }
}

/// Whether a crate of the table is the one whose name the code writes.
fn matches(confined: &str, name: &str) -> bool {
    let confined = confined.replace('-', "_");
    match confined.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == confined,
    }
}

/// The table of docs/architecture.md, one layer a row: module, owns, may import, crates confined to it.
fn layers() -> Vec<Layer> {
    let page = fs::read_to_string(repository().join("docs/architecture.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| module |")).skip(2);
    let list = |cell: &str| -> Vec<String> {
        cell.split(',')
            .map(|word| word.trim().trim_matches('`').to_owned())
            .filter(|w| w != "–")
            .collect()
    };
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let imports = (cells[2] != "all above").then(|| list(cells[2]));
            Layer { module: cells[0].trim_matches('`').to_owned(), imports, crates: list(cells[3]) }
        })
        .collect()
}

#[test]
fn every_module_has_a_row_in_the_layer_table_and_every_row_a_module() {
    let rows: BTreeSet<String> = layers().into_iter().map(|layer| layer.module).collect();
    let tree = SourceTree::read();
    let modules: BTreeSet<String> =
        tree.files.iter().filter_map(|file| file.module.first().cloned()).collect();
    assert_eq!(rows, modules, "left: rows of docs/architecture.md; right: modules of src");
}

#[test]
fn a_layer_may_import_only_layers_above_it_in_the_table() {
    let layers = layers();
    for (position, layer) in layers.iter().enumerate() {
        for name in layer.imports.iter().flatten() {
            let above = layers[..position].iter().any(|other| other.module == *name);
            assert!(above, "{} may import {name}, which is no row above it", layer.module);
        }
    }
}

#[test]
fn every_module_imports_only_what_its_layer_may() {
    let layers = layers();
    let tree = SourceTree::read();
    let mut broken = Vec::new();
    for (index, file) in tree.files.iter().enumerate() {
        let module = file.module.first().map_or("", String::as_str);
        let Some(position) = layers.iter().position(|layer| layer.module == module) else {
            continue;
        };
        for path in tree.absolute_paths(index) {
            let target =
                layers.iter().position(|layer| path.segments.first() == Some(&layer.module));
            let Some(target) = target.filter(|target| *target != position) else { continue };
            let name = &layers[target].module;
            if !layers[position].may_import(name) || target > position {
                broken.push(format!("{}:{} imports {name}", file.path, path.line));
            }
        }
    }
    assert!(broken.is_empty(), "docs/architecture.md does not allow: {broken:#?}");
}

#[test]
fn crates_stay_in_their_modules() {
    let layers = layers();
    let tree = SourceTree::read();
    let mut broken = Vec::new();
    for (index, file) in tree.files.iter().enumerate() {
        let module = file.module.first().map_or("", String::as_str);
        for path in tree.crates(index) {
            let name = &path.segments[0];
            let confined = layers.iter().any(|layer| layer.may_name(name));
            let home = layers.iter().any(|layer| layer.module == module && layer.may_name(name));
            if confined && !home {
                broken.push(format!("{}:{} names the crate {name}", file.path, path.line));
            }
        }
    }
    assert!(broken.is_empty(), "docs/architecture.md does not allow: {broken:#?}");
}

#[test]
fn every_confined_crate_is_a_dependency() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let names: Vec<String> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect();
    for layer in layers() {
        for confined in &layer.crates {
            let known = names.iter().any(|name| matches(confined, name));
            assert!(known, "{} confines {confined}, which Cargo.toml does not name", layer.module);
        }
    }
}

/// The layers as a Mermaid diagram: an arrow leads from a module to each that it imports, unless
/// another import leads there already.
fn picture(layers: &[Layer]) -> String {
    let below = |position: usize| -> Vec<usize> {
        (0..position).filter(|other| layers[position].may_import(&layers[*other].module)).collect()
    };
    let mut text = String::from("```mermaid\nflowchart TD\n");
    for position in (0..layers.len()).rev() {
        let direct = below(position);
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = direct.iter().flat_map(|other| below(*other)).collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(below(next));
            }
        }
        let module = &layers[position].module;
        for other in direct.iter().rev().filter(|other| !reached.contains(*other)) {
            text.push_str(&format!("    {module} --> {}\n", layers[*other].module));
        }
    }
    text + "```\n"
}

#[test]
fn the_picture_of_the_layers_is_drawn_from_their_table() {
    let page = fs::read_to_string(repository().join("docs/architecture.md")).unwrap();
    let (before, rest) = page.split_once("<!-- picture").unwrap();
    let (mark, rest) = rest.split_once("-->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let picture = picture(&layers());
    let wanted = format!("{before}<!-- picture{mark}-->\n\n{picture}\n<!-- end -->{after}");
    super::docs::hold("docs/architecture.md", &wanted);
}

#[test]
fn a_journey_reaches_each_module_once_through_one_that_imports_it() {
    let page = fs::read_to_string(repository().join("docs/architecture.md")).unwrap();
    let layers = layers();
    let position = |name: &str| layers.iter().position(|layer| layer.module == name).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| journey |")).skip(2);
    let mut count = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let list = row.trim_matches('|').split('|').nth(1).unwrap();
        let modules: Vec<&str> =
            list.split(',').map(|name| name.trim().trim_matches('`')).collect();
        for (index, module) in modules.iter().enumerate().skip(1) {
            let before = &modules[..index];
            assert!(!before.contains(module), "{module} is reached twice: {row}");
            let reached = before.iter().any(|other| {
                position(module) < position(other) && layers[position(other)].may_import(module)
            });
            assert!(reached, "no module before {module} imports it: {row}");
        }
        count += 1;
    }
    assert_eq!(count, 3);
}
