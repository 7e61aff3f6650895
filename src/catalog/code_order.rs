//! Codes of ordered categories (T, N, BI-RADS) that a query compares or sorts as text, whose order is another: `Tis` follows
//! `T4`, and `T1mi` follows `T1c`. The query is the tree of DuckDB's own parser (`json_serialize_sql`).

use std::collections::HashMap;

use serde_json::Value;

use crate::sql::literal;
use crate::tables::spec;

/// Functions whose text is, or contains, that of their first argument.
const TEXT_FUNCTIONS: [&str; 22] = [
    "any_value",
    "arbitrary",
    "arg_max",
    "arg_min",
    "first",
    "ifnull",
    "last",
    "lcase",
    "left",
    "lower",
    "ltrim",
    "max_by",
    "min_by",
    "mode",
    "replace",
    "right",
    "rtrim",
    "substr",
    "substring",
    "trim",
    "ucase",
    "upper",
];
/// Functions that return the first or last of texts.
const EXTREMES: [&str; 4] = ["max", "min", "greatest", "least"];
/// Functions that return the text at the first or last of others.
const EXTREMES_BY: [&str; 6] = ["arg_max", "arg_min", "max_by", "min_by", "argmax", "argmin"];
/// Functions that sort texts.
const SORTING: [&str; 8] = [
    "median",
    "quantile",
    "quantile_disc",
    "list_sort",
    "array_sort",
    "list_reverse_sort",
    "array_reverse_sort",
    "list_max",
];
/// Comparisons whose answer depends on an order.
const ORDERING: [&str; 4] = [
    "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHAN",
    "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO",
];
/// Functions that change the case of letters, and whether to upper case.
const LETTER_CASES: [(&str, bool); 4] =
    [("lower", false), ("lcase", false), ("upper", true), ("ucase", true)];

/// The cautions of a tree, in the order of the query. `columns` returns the names of its result where the tree does not have
/// them.
pub(super) fn order_cautions(tree: &Value, columns: &dyn Fn() -> Vec<String>) -> Vec<String> {
    let mut reader = CodeReader { aliases: HashMap::new(), columns, cautions: Vec::new() };
    reader.note_aliases(tree);
    for statement in items(&tree["statements"]) {
        reader.read(&statement["node"]);
        reader.sorted_by_star(&statement["node"]);
    }
    reader.cautions.sort_by_key(|(place, _)| *place);
    reader.cautions.into_iter().map(|(_, caution)| caution).collect()
}

/// Returns whether a column has codes of ordered categories.
pub(super) fn is_code(column: &str) -> bool {
    ranked(column).is_some()
}

/// An expression whose text is a code.
struct CodeText {
    /// The column, or the name that the query gives it.
    name: String,
    /// The macro of its order.
    rank: &'static str,
}

struct CodeReader<'a> {
    /// Names that the query gives to codes, and the macro of their order.
    aliases: HashMap<String, &'static str>,
    columns: &'a dyn Fn() -> Vec<String>,
    /// With their places in the query.
    cautions: Vec<(u64, String)>,
}

impl CodeReader<'_> {
    fn note_aliases(&mut self, tree: &Value) {
        for item in items(&tree["select_list"]) {
            if let (Some(alias), Some(code)) = (alias(item), self.code(item)) {
                self.aliases.insert(alias, code.rank);
            }
        }
        children(tree).for_each(|child| self.note_aliases(child));
    }

    /// The code that an expression is the text of.
    fn code(&self, expression: &Value) -> Option<CodeText> {
        match text(&expression["class"]) {
            "COLUMN_REF" => {
                let name = items(&expression["column_names"]).last()?.as_str()?.to_lowercase();
                let rank = ranked(&name).or(self.aliases.get(&name).copied())?;
                Some(CodeText { name, rank })
            }
            "CAST" if text(&expression["cast_type"]["id"]) == "VARCHAR" => {
                self.code(&expression["child"])
            }
            "COLLATE" => self.code(&expression["child"]),
            "OPERATOR" => {
                let is_text = ["ARRAY_SLICE", "ARRAY_EXTRACT", "OPERATOR_COALESCE"]
                    .contains(&text(&expression["type"]));
                items(&expression["children"])
                    .iter()
                    .filter(|_| is_text)
                    .find_map(|child| self.code(child))
            }
            "CASE" => {
                let cases = items(&expression["case_checks"]).iter().map(|case| &case["then_expr"]);
                cases.chain([&expression["else_expr"]]).find_map(|value| self.code(value))
            }
            "FUNCTION" if TEXT_FUNCTIONS.contains(&text(&expression["function_name"])) => {
                items(&expression["children"]).first().and_then(|child| self.code(child))
            }
            _ => None,
        }
    }

    fn read(&mut self, tree: &Value) {
        match text(&tree["class"]) {
            "COMPARISON" if ORDERING.contains(&text(&tree["type"])) => {
                self.compared(&tree["left"], &[&tree["right"]], tree);
                self.compared(&tree["right"], &[&tree["left"]], tree);
            }
            "COMPARISON" => {
                self.case_never_met(&tree["left"], &tree["right"]);
                self.case_never_met(&tree["right"], &tree["left"]);
            }
            "BETWEEN" => self.compared(&tree["input"], &[&tree["lower"], &tree["upper"]], tree),
            "OPERATOR" if text(&tree["type"]).ends_with("IN") => {
                let list = items(&tree["children"]);
                for value in list.iter().skip(1) {
                    self.case_never_met(&list[0], value);
                }
            }
            "FUNCTION" => self.called(tree),
            "WINDOW" => items(&tree["orders"]).iter().for_each(|order| self.sorted(order, None)),
            _ => {}
        }
        for modifier in items(&tree["modifiers"]).iter().filter(|_| tree["class"].is_null()) {
            items(&modifier["orders"]).iter().for_each(|order| self.sorted(order, Some(tree)));
        }
        let orders = items(&tree["order_bys"]["orders"]);
        orders.iter().for_each(|order| self.sorted(order, None));
        children(tree).for_each(|child| self.read(child));
    }

    fn compared(&mut self, expression: &Value, others: &[&Value], place: &Value) {
        let Some(CodeText { name, rank }) = self.code(expression) else { return };
        let first = others.iter().find_map(|other| string(other));
        let caution = match first {
            Some(text) => {
                let text = literal(text);
                format!(
                    "{name} is compared as text, whose order is not that of the categories: use \
                     {rank}({name}) and {rank}({text})"
                )
            }
            // A number makes numbers of texts, or an error.
            None if others.iter().any(|other| text(&other["class"]) == "CONSTANT") => return,
            None => format!(
                "{name} is compared as text, whose order is not that of the categories: use \
                 {rank}({name})"
            ),
        };
        self.note(place, caution);
    }

    fn called(&mut self, call: &Value) {
        let (name, arguments) = (text(&call["function_name"]), items(&call["children"]));
        if ["~~", "!~~"].contains(&name)
            && let [left, right] = arguments
        {
            self.case_never_met(left, right);
        }
        if EXTREMES.contains(&name) {
            let Some(code) = arguments.iter().find_map(|argument| self.code(argument)) else {
                return;
            };
            let CodeText { name: column, rank } = code;
            let end = if ["min", "least"].contains(&name) { "min" } else { "max" };
            self.extreme(
                call,
                &column,
                &format!("{name}({rank}({column})), or arg_{end}({column}, {rank}({column}))"),
            );
        } else if EXTREMES_BY.contains(&name)
            && let Some(code) = arguments.get(1).and_then(|argument| self.code(argument))
        {
            let CodeText { name: column, rank } = code;
            self.extreme(call, &column, &format!("{name}(…, {rank}({column}))"));
        } else if SORTING.contains(&name) {
            let list = arguments.first().filter(|list| text(&list["class"]) == "FUNCTION");
            let listed = list.and_then(|list| items(&list["children"]).first());
            let code = arguments.first().and_then(|argument| self.code(argument));
            let Some(CodeText { name: column, rank }) =
                code.or_else(|| listed.and_then(|listed| self.code(listed)))
            else {
                return;
            };
            let advice = match name.contains("sort") {
                true => format!("list({column} ORDER BY {rank}({column}))"),
                false => format!("{name}({rank}({column}))"),
            };
            self.extreme(call, &column, &advice);
        }
    }

    fn extreme(&mut self, call: &Value, name: &str, advice: &str) {
        let extreme = text(&call["function_name"]);
        self.note(
            call,
            format!(
                "{extreme}({name}) compares texts, whose order is not that of the categories: use {advice}"
            ),
        );
    }

    /// An expression of ORDER BY; of a query, also the place or name of one of its columns.
    fn sorted(&mut self, order: &Value, query: Option<&Value>) {
        let key = &order["expression"];
        let list = query.map(selected).unwrap_or_default();
        let has_star = list.iter().any(|item| text(&item["class"]) == "STAR");
        let place = position(key);
        if let (true, Some(place)) = (has_star, place) {
            let columns = (self.columns)();
            let name = place.checked_sub(1).and_then(|place| columns.get(place));
            if let Some((name, rank)) = name.and_then(|name| Some((name, ranked(name)?))) {
                self.sorted_code(key, &CodeText { name: name.clone(), rank }, query);
            }
            return;
        }
        let by_place = place.and_then(|place| list.get(place.checked_sub(1)?));
        let named = match items(&key["column_names"]) {
            [name] => list.iter().find(|item| {
                alias(item).is_some_and(|alias| name.as_str().map(str::to_lowercase) == Some(alias))
            }),
            _ => None,
        };
        let is_place = place.is_some();
        match by_place.or(named) {
            None if is_place => {}
            None => {
                if let Some(code) = self.code(key) {
                    self.sorted_code(key, &code, query);
                }
            }
            Some(item) => {
                if let Some(code) = self.code(item) {
                    self.sorted_code(key, &code, query);
                }
            }
        }
    }

    /// ORDER BY ALL.
    fn sorted_by_star(&mut self, query: &Value) {
        let modifiers = items(&query["modifiers"]).iter();
        let keys = modifiers.flat_map(|modifier| items(&modifier["orders"]));
        let Some(star) = keys.map(|order| &order["expression"]).find(|key| key["class"] == "STAR")
        else {
            return;
        };
        for item in selected(query) {
            if let Some(code) = self.code(item) {
                self.sorted_code(star, &code, Some(query));
            }
        }
    }

    /// With what sorts this query: GROUP BY ALL takes no expression that is not selected, UNION none at all.
    fn sorted_code(&mut self, place: &Value, code: &CodeText, query: Option<&Value>) {
        let CodeText { name, rank } = code;
        let query = query.unwrap_or(&Value::Null);
        let key = match text(&query["aggregate_handling"]) {
            "FORCE_AGGREGATES" => format!("min({rank}({name}))"),
            _ => format!("{rank}({name})"),
        };
        let before = if query["left"].is_null() { "" } else { "FROM (…) " };
        let advice = format!("{before}ORDER BY {key}");
        self.note(
            place,
            format!(
                "{name} is sorted as text, whose order is not that of the categories: use {advice}"
            ),
        );
    }

    /// A comparison of `lower(…)` with a text in capitals, which is never true.
    fn case_never_met(&mut self, call: &Value, value: &Value) {
        let name = text(&call["function_name"]);
        let Some((_, is_upper)) = LETTER_CASES.iter().find(|(function, _)| *function == name)
        else {
            return;
        };
        let Some(value_text) = string(value) else { return };
        let other = if *is_upper { value_text.to_uppercase() } else { value_text.to_lowercase() };
        if other == value_text {
            return;
        }
        let column = items(&call["children"]).first().map(|child| items(&child["column_names"]));
        let column = column.and_then(|names| names.last()?.as_str()).unwrap_or("…");
        let (text, other) = (literal(value_text), literal(&other));
        self.note(value, format!("{name}({column}) never equals {text}: write {other}"));
    }

    fn note(&mut self, place: &Value, caution: String) {
        self.cautions.push((place["query_location"].as_u64().unwrap_or(0), caution));
    }
}

/// The columns of a query's result; of UNION those of its first query.
fn selected(query: &Value) -> &[Value] {
    match &query["left"] {
        Value::Null => items(&query["select_list"]),
        first => selected(first),
    }
}

/// The place of a column, as in `ORDER BY 1`.
fn position(key: &Value) -> Option<usize> {
    let place = key["value"]["value"].as_u64().filter(|_| key["class"] == "CONSTANT");
    place.and_then(|place| usize::try_from(place).ok())
}

/// A text in quotes.
fn string(expression: &Value) -> Option<&str> {
    expression["value"]["value"].as_str().filter(|_| expression["class"] == "CONSTANT")
}

fn alias(item: &Value) -> Option<String> {
    item["alias"].as_str().filter(|alias| !alias.is_empty()).map(str::to_lowercase)
}

/// The macro that ranks the texts of a column.
fn ranked(column: &str) -> Option<&'static str> {
    let mut columns = spec::all().iter().flat_map(|table| &table.columns);
    let column = columns.find(|spec| spec.name.eq_ignore_ascii_case(column));
    column.and_then(|spec| spec.rank.as_deref())
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => Box::new(std::iter::empty()),
    }
}
