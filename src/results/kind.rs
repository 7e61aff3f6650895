//! The names of types in SQL.

use arrow::datatypes::{DataType, Field};

/// The name of a column's type as DuckDB writes it, in lower case. The types of a STRUCT's fields are not
/// named.
pub(super) fn kind_name(field: &Field) -> String {
    let name = match field.data_type() {
        DataType::Boolean => "boolean",
        DataType::Int8 => "tinyint",
        DataType::Int16 => "smallint",
        DataType::Int32 => "integer",
        DataType::Int64 => "bigint",
        DataType::UInt8 => "utinyint",
        DataType::UInt16 => "usmallint",
        DataType::UInt32 => "uinteger",
        DataType::UInt64 => "ubigint",
        DataType::Float16 | DataType::Float32 => "float",
        DataType::Float64 => "double",
        // HUGEINT, the type of added integers, which Arrow lacks.
        DataType::Decimal128(38, 0) => "hugeint",
        DataType::Decimal32(width, scale)
        | DataType::Decimal64(width, scale)
        | DataType::Decimal128(width, scale) => return format!("decimal({width},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "varchar",
        DataType::Dictionary(..) => "enum",
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => "blob",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Timestamp(_, None) => "timestamp",
        DataType::Timestamp(_, Some(_)) => "timestamptz",
        DataType::Interval(_) | DataType::Duration(_) => "interval",
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            return format!("{}[]", kind_name(item));
        }
        DataType::Struct(_) => "struct",
        DataType::Map(..) => "map",
        DataType::Union(..) => "union",
        DataType::Null => "null",
        other => return other.to_string().to_lowercase(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_of_sql() {
        let name = |kind: DataType| kind_name(&Field::new("x", kind, true));
        assert_eq!(name(DataType::Int32), "integer");
        assert_eq!(name(DataType::Decimal128(9, 2)), "decimal(9,2)");
        assert_eq!(name(DataType::new_list(DataType::Utf8, true)), "varchar[]");
    }
}
