//! The files of `src` as modules: their tokens, the paths they name, and which file a path leads to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The repository's folder.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of the extensions, sorted by path.
pub fn files_below(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path, extensions));
        } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A word, a punctuation mark, a literal or a bracket of a source file.
#[derive(Debug)]
pub struct SourceToken {
    /// The token as written.
    pub text: String,
    /// Bytes of the file.
    pub range: Range<usize>,
    /// Line, from 1.
    pub line: usize,
}

impl SourceToken {
    fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && self.text.chars().all(|c| c.is_alphanumeric() || c == '_')
    }

    /// Whether the token is the text of a string literal or of a doc comment.
    pub fn is_text(&self) -> bool {
        let start = self.text.trim_start_matches(['b', 'c', 'r', '#']);
        start.starts_with('"')
    }
}

/// One file of `src`.
pub struct SourceFile {
    /// The path below the repository, as in `src/index/mod.rs`.
    pub path: String,
    /// The module's path below the crate; empty for `lib.rs`.
    pub module: Vec<String>,
    /// The file's text.
    pub text: String,
    /// Its tokens in order, groups opened and closed by their brackets.
    pub tokens: Vec<SourceToken>,
}

/// A path that a file names, with the module in which it is written.
#[derive(Debug, Clone)]
pub struct NamedPath {
    /// The segments, `use` lists unfolded.
    pub segments: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    /// Whether a `pub use` names it.
    pub re_export: bool,
}

/// A module: what is declared in it and what its `use` lines bring in.
#[derive(Default)]
struct Module {
    file: usize,
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
}

/// All files of `src` but `main.rs`.
pub struct SourceTree {
    /// The files, sorted by path.
    pub files: Vec<SourceFile>,
    modules: BTreeMap<Vec<String>, Module>,
    /// For each file the paths it names, with the module in which they stand.
    named: Vec<Vec<(Vec<String>, NamedPath)>>,
    resolving: RefCell<BTreeSet<(Vec<String>, String)>>,
}

impl SourceTree {
    /// Reads `src`.
    pub fn read() -> Self {
        let root = repository();
        let mut files = Vec::new();
        for path in files_below(&root.join("src"), &["rs"]) {
            let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(root.join(&path)).unwrap();
            let inner = path.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
            let mut module: Vec<String> = inner.split('/').map(str::to_owned).collect();
            if module.last().is_some_and(|name| ["mod", "lib"].contains(&name.as_str())) {
                module.pop();
            }
            if inner != "main" {
                let tokens = tokens(&text);
                files.push(SourceFile { path, module, text, tokens });
            }
        }
        let mut tree = Self {
            modules: BTreeMap::new(),
            named: files.iter().map(|_| Vec::new()).collect(),
            files,
            resolving: RefCell::default(),
        };
        for index in 0..tree.files.len() {
            tree.scan(index);
        }
        tree
    }

    /// Notes the modules, imports and paths of one file; code of tests is passed over.
    fn scan(&mut self, index: usize) {
        let file = &self.files[index];
        let mut module = file.module.clone();
        let mut modules =
            BTreeMap::from([(module.clone(), Module { file: index, ..Module::default() })]);
        let mut named = Vec::new();
        let mut depths = Vec::new(); // of the inline modules that are open
        let mut depth = 0_usize;
        let tokens = &file.tokens;
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        let mut at = 0;
        while at < tokens.len() {
            if let Some(end) = test_item(tokens, at) {
                at = end;
                continue;
            }
            match text(at) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if depths.last() == Some(&depth) {
                        depths.pop();
                        module.pop();
                    }
                }
                "mod" if text(at + 2) == "{" => {
                    module.push(text(at + 1).to_owned());
                    modules.insert(module.clone(), Module { file: index, ..Module::default() });
                    depths.push(depth);
                    at += 1;
                }
                "use" if tokens[at].is_word() => {
                    let public = at > 0 && [")", "pub"].contains(&text(at - 1));
                    let end = (at..tokens.len()).find(|i| text(*i) == ";").unwrap();
                    let mut paths = Vec::new();
                    unfold(&tokens[at + 1..end], &[], &mut paths);
                    let scope = modules.get_mut(&module).unwrap();
                    for (segments, name, line) in paths {
                        if name == "*" {
                            scope.globs.push(segments.clone());
                        } else {
                            scope.imports.insert(name, segments.clone());
                        }
                        named.push((
                            module.clone(),
                            NamedPath { segments, line, re_export: public },
                        ));
                    }
                    at = end;
                }
                _ if tokens[at].is_word() && text(at + 1) == ":" && text(at + 2) == ":" => {
                    let line = tokens[at].line;
                    let mut segments = vec![text(at).to_owned()];
                    while text(at + 1) == ":"
                        && text(at + 2) == ":"
                        && tokens.get(at + 3).is_some_and(SourceToken::is_word)
                    {
                        segments.push(text(at + 3).to_owned());
                        at += 3;
                    }
                    named.push((module.clone(), NamedPath { segments, line, re_export: false }));
                }
                _ => {}
            }
            at += 1;
        }
        self.modules.append(&mut modules);
        self.named[index] = named;
    }

    /// The paths that a file names, each from the crate's root on; those that begin with a crate keep its name.
    pub fn absolute_paths(&self, file: usize) -> Vec<NamedPath> {
        let absolute = |(module, path): &(Vec<String>, NamedPath)| {
            let mut path = path.clone();
            path.segments = self.absolute(module, &path.segments).unwrap_or(path.segments);
            path
        };
        self.named[file].iter().map(absolute).collect()
    }

    /// The crates whose names a file's paths begin with.
    pub fn crates(&self, file: usize) -> Vec<NamedPath> {
        let foreign = |(module, path): &&(Vec<String>, NamedPath)| {
            self.absolute(module, &path.segments).is_none()
        };
        self.named[file].iter().filter(foreign).map(|(_, path)| path.clone()).collect()
    }

    /// The path from the crate's root on; none where it begins with another crate or a name of no module.
    fn absolute(&self, module: &[String], segments: &[String]) -> Option<Vec<String>> {
        let mut scope = module.to_vec();
        let mut rest = segments;
        let mut relative = false;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" => scope.clear(),
                "self" => {}
                "super" => drop(scope.pop()),
                _ => break,
            }
            relative = true;
            rest = &rest[1..];
        }
        let first = rest.first()?;
        if relative || self.modules.contains_key(&child(&scope, first)) {
            scope.extend(rest.iter().cloned());
            return Some(scope);
        }
        let path = self.modules.get(&scope)?.imports.get(first)?;
        if path.first() == Some(first) {
            return None; // `use csv;`
        }
        let mut whole = self.absolute(&scope, path)?;
        whole.extend(rest[1..].iter().cloned());
        Some(whole)
    }

    /// The files that a file's code uses and the lines on which it names them. A re-export is no use.
    pub fn uses(&self, file: usize) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut uses: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (module, path) in &self.named[file] {
            if path.re_export {
                continue;
            }
            if let Some(target) = self.file_of(module, &path.segments)
                && target != file
            {
                uses.entry(target).or_default().insert(path.line);
            }
        }
        uses
    }

    /// The file in which what a path names is declared.
    fn file_of(&self, module: &[String], segments: &[String]) -> Option<usize> {
        let path = self.absolute(module, segments)?;
        let mut scope: Vec<String> = Vec::new();
        for (position, name) in path.iter().enumerate() {
            if name == "*" {
                break;
            }
            if self.modules.contains_key(&child(&scope, name)) {
                scope.push(name.clone());
                continue;
            }
            return self
                .item(&scope, name, &path[position + 1..])
                .or(Some(self.modules[&scope].file));
        }
        Some(self.modules.get(&scope)?.file)
    }

    /// The file of an item that a module brings in from elsewhere; none where it is its own.
    fn item(&self, scope: &[String], name: &str, rest: &[String]) -> Option<usize> {
        let mark = (scope.to_vec(), name.to_owned());
        if !self.resolving.borrow_mut().insert(mark.clone()) {
            return None;
        }
        let module = &self.modules[scope];
        let file = if let Some(import) = module.imports.get(name) {
            let mut path = import.clone();
            path.extend(rest.iter().cloned());
            if import.first().is_some_and(|first| first == name) {
                None
            } else {
                self.file_of(scope, &path)
            }
        } else {
            module.globs.iter().find_map(|glob| {
                let inner = self.absolute(scope, glob)?;
                self.declares(&inner, name).then(|| self.modules[&inner].file)
            })
        };
        self.resolving.borrow_mut().remove(&mark);
        file
    }

    /// Whether a module itself declares an item of that name.
    fn declares(&self, module: &[String], name: &str) -> bool {
        let Some(found) = self.modules.get(module) else { return false };
        let words = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];
        self.files[found.file]
            .tokens
            .windows(2)
            .any(|pair| words.contains(&pair[0].text.as_str()) && pair[1].text == name)
    }
}

fn child(scope: &[String], name: &str) -> Vec<String> {
    scope.iter().cloned().chain([name.to_owned()]).collect()
}

/// The end of an item that begins here with `#[cfg(test)]`.
pub fn test_item(tokens: &[SourceToken], start: usize) -> Option<usize> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let here = tokens.get(start..start + mark.len())?;
    if !here.iter().zip(mark).all(|(token, text)| token.text == text) {
        return None;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start + mark.len()) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && token.text == "}" {
                    return Some(index + 1);
                }
            }
            ";" if depth == 0 => return Some(index + 1),
            _ => {}
        }
    }
    Some(tokens.len())
}

/// The paths of a `use` tree: segments, the name that each brings in, its line.
fn unfold(
    tokens: &[SourceToken],
    prefix: &[String],
    paths: &mut Vec<(Vec<String>, String, usize)>,
) {
    let mut path = prefix.to_vec();
    let mut alias = None;
    let mut at = 0;
    let mut line = 0;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" => {
                let mut depth = 0_usize;
                let mut start = at + 1;
                for (index, inner) in tokens.iter().enumerate().skip(at) {
                    match inner.text.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    if (depth == 1 && inner.text == ",") || depth == 0 {
                        if start < index {
                            unfold(&tokens[start..index], &path, paths);
                        }
                        start = index + 1;
                    }
                    if depth == 0 {
                        return;
                    }
                }
            }
            "as" => {
                alias = tokens.get(at + 1).map(|name| name.text.clone());
                at += 1;
            }
            ":" => {}
            word => {
                line = token.line;
                if word != "self" || path.is_empty() {
                    path.push(word.to_owned());
                }
            }
        }
        at += 1;
    }
    if let Some(name) = path.last().cloned() {
        if name == "*" {
            path.pop();
        }
        paths.push((path, alias.unwrap_or(name), line));
    }
}

/// A file's tokens, brackets among them.
fn tokens(text: &str) -> Vec<SourceToken> {
    let mut flat = Vec::new();
    flatten(text.parse().unwrap(), &mut flat);
    flat
}

fn flatten(stream: TokenStream, flat: &mut Vec<SourceToken>) {
    let push = |text: String, span: proc_macro2::Span, flat: &mut Vec<SourceToken>| {
        flat.push(SourceToken { text, range: span.byte_range(), line: span.start().line });
    };
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open.to_owned(), group.span_open(), flat);
                flatten(group.stream(), flat);
                push(close.to_owned(), group.span_close(), flat);
            }
            tree => push(tree.to_string(), tree.span(), flat),
        }
    }
}
