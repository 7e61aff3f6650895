//! Comments of tables, views, macros and columns, from the dictionary.

use crate::catalog::{DefinitionKind, RelationDefinition};
use crate::sql::{identifier, literal};
use crate::tables::relation::{self, ViewColumn};
use crate::tables::spec::{self, ColumnSpec};

/// The statements that comment what a definition makes. `noun` is what it is made as: `VIEW` or `TABLE`.
pub(super) fn comments(definition: &RelationDefinition, noun: &str) -> Vec<String> {
    let name = definition.identifier();
    let on_relation = |text: &str| format!("COMMENT ON {noun} {name} IS {}", literal(text));
    let on_column = |column: &str, text: &str| {
        format!("COMMENT ON COLUMN {name}.{} IS {}", identifier(column), literal(text))
    };
    match definition.kind {
        DefinitionKind::Table => spec::find(&definition.name).map_or(Vec::new(), |table| {
            let columns = table.columns.iter().map(|c| on_column(&c.name, &column_text(c)));
            let text = format!("{}. {}", table.grain, table.description);
            std::iter::once(on_relation(&text)).chain(columns).collect()
        }),
        DefinitionKind::View => relation::view(&definition.name).map_or(Vec::new(), |view| {
            let columns = view.columns.iter().map(|c| on_column(c.name, &view_column_text(c)));
            let text = format!("{}. {}.", view.title, view.grain);
            std::iter::once(on_relation(&text)).chain(columns).collect()
        }),
        // DuckDB has two functions of a name that is used in expressions and after FROM.
        DefinitionKind::Macro => {
            relation::function(&definition.name).map_or(Vec::new(), |function| {
                let text = format!("{}. {}: {}.", function.title, function.usage, function.gives);
                let comment = |kind| format!("COMMENT ON {kind} {name} IS {}", literal(&text));
                let tables = definition.sql.matches(" AS TABLE").count();
                let scalars = definition.sql.matches("CREATE MACRO").count().saturating_sub(tables);
                let kinds = [("MACRO", scalars), ("MACRO TABLE", tables)];
                kinds
                    .into_iter()
                    .filter(|(_, count)| *count > 0)
                    .map(|(kind, _)| comment(kind))
                    .collect()
            })
        }
        DefinitionKind::Saved => Vec::new(),
    }
}

/// A description with its unit and what null means.
fn column_text(column: &ColumnSpec) -> String {
    let unit = column.unit.as_ref().map_or(String::new(), |unit| format!(" [{unit}]"));
    let null = column.null.as_ref().map_or(String::new(), |null| format!(" Null: {null}."));
    format!("{}{unit}{null}", column.description)
}

fn view_column_text(column: &ViewColumn) -> String {
    let unit = column.unit.map_or(String::new(), |unit| format!(" [{unit}]"));
    format!("{}{unit}", column.description)
}
