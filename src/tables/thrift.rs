//! Thrift's compact protocol, in which Parquet writes its footer and page headers, examined before use.
//!
//! The `parquet` crate allocates as many elements as a list claims to have before it reads the first one, so
//! that a footer of a hundred bytes ends the process. It also reads a field by its number whatever type
//! the bytes declare, so that the types are compared here too.
//!
//! Sources: "Thrift compact protocol encoding", Apache Thrift; `parquet.thrift` of Apache Parquet.

/// How deep fields of unknown numbers may nest.
const DEEPEST: u8 = 16;

/// What a value must be.
#[derive(Clone, Copy)]
enum ThriftShape {
    Bool,
    Byte,
    Int,
    Double,
    Bytes,
    List(&'static ThriftShape),
    /// Fields by number; further ones are skipped by the type that they declare.
    Struct(&'static [(i16, ThriftShape)]),
}

use ThriftShape::{Bool, Byte, Bytes, Double, Int, List, Struct};

const KEY_VALUE: ThriftShape = Struct(&[(1, Bytes), (2, Bytes)]);
const STATISTICS: ThriftShape = Struct(&[
    (1, Bytes),
    (2, Bytes),
    (3, Int),
    (4, Int),
    (5, Bytes),
    (6, Bytes),
    (7, Bool),
    (8, Bool),
]);
const TIME: ThriftShape = Struct(&[(1, Bool), (2, Struct(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))]);
const EMPTY: ThriftShape = Struct(&[]);
const LOGICAL_TYPE: ThriftShape = Struct(&[
    (1, EMPTY),
    (2, EMPTY),
    (3, EMPTY),
    (4, EMPTY),
    (5, Struct(&[(1, Int), (2, Int)])),
    (6, EMPTY),
    (7, TIME),
    (8, TIME),
    (10, Struct(&[(1, Byte), (2, Bool)])),
    (11, EMPTY),
    (12, EMPTY),
    (13, EMPTY),
    (14, EMPTY),
    (15, EMPTY),
    (16, Struct(&[(1, Byte)])),
    (17, Struct(&[(1, Bytes)])),
    (18, Struct(&[(1, Bytes), (2, Int)])),
]);
const SCHEMA_ELEMENT: ThriftShape = Struct(&[
    (1, Int),
    (2, Int),
    (3, Int),
    (4, Bytes),
    (5, Int),
    (6, Int),
    (7, Int),
    (8, Int),
    (9, Int),
    (10, LOGICAL_TYPE),
]);
const BOUNDING_BOX: ThriftShape = Struct(&[
    (1, Double),
    (2, Double),
    (3, Double),
    (4, Double),
    (5, Double),
    (6, Double),
    (7, Double),
    (8, Double),
]);
const COLUMN_METADATA: ThriftShape = Struct(&[
    (1, Int),
    (2, List(&Int)),
    (3, List(&Bytes)),
    (4, Int),
    (5, Int),
    (6, Int),
    (7, Int),
    (8, List(&KEY_VALUE)),
    (9, Int),
    (10, Int),
    (11, Int),
    (12, STATISTICS),
    (13, List(&Struct(&[(1, Int), (2, Int), (3, Int)]))),
    (14, Int),
    (15, Int),
    (16, Struct(&[(1, Int), (2, List(&Int)), (3, List(&Int))])),
    (17, Struct(&[(1, BOUNDING_BOX), (2, List(&Int))])),
]);
const COLUMN_CHUNK: ThriftShape =
    Struct(&[(1, Bytes), (2, Int), (3, COLUMN_METADATA), (4, Int), (5, Int), (6, Int), (7, Int)]);
const ROW_GROUP: ThriftShape = Struct(&[
    (1, List(&COLUMN_CHUNK)),
    (2, Int),
    (3, Int),
    (4, List(&Struct(&[(1, Int), (2, Bool), (3, Bool)]))),
    (5, Int),
    (6, Int),
    (7, Int),
]);
const FOOTER: ThriftShape = Struct(&[
    (1, Int),
    (2, List(&SCHEMA_ELEMENT)),
    (3, Int),
    (4, List(&ROW_GROUP)),
    (5, List(&KEY_VALUE)),
    (6, Bytes),
    (7, List(&Struct(&[(1, EMPTY)]))),
]);
const PAGE_HEADER: ThriftShape = Struct(&[
    (1, Int),
    (2, Int),
    (3, Int),
    (4, Int),
    (5, Struct(&[(1, Int), (2, Int), (3, Int), (4, Int), (5, STATISTICS)])),
    (6, EMPTY),
    (7, Struct(&[(1, Int), (2, Int), (3, Bool)])),
    (
        8,
        Struct(&[
            (1, Int),
            (2, Int),
            (3, Int),
            (4, Int),
            (5, Int),
            (6, Int),
            (7, Bool),
            (8, STATISTICS),
        ]),
    ),
]);

/// What is wrong with a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThriftFault {
    /// It claims more bytes than there are.
    Cut,
    /// It is not a structure of the protocol, or of other types than Parquet has.
    Malformed,
}

/// The sizes in the header of a page, in bytes, and its values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PageSizes {
    /// The length of the header itself.
    pub header: usize,
    /// What follows it.
    pub packed: u32,
    /// What that unpacks to.
    pub unpacked: u32,
    /// Values of a column, nulls included.
    pub values: u32,
}

/// Checks that a footer claims no more elements than it has bytes.
pub(super) fn check_footer(footer: &[u8]) -> Result<(), ThriftFault> {
    ThriftWalker { bytes: footer, place: 0 }.value(FOOTER, STRUCT, &[], &mut |_, _| {})
}

/// Reads the header of a page at the start of some bytes.
pub(super) fn page_sizes(bytes: &[u8]) -> Result<PageSizes, ThriftFault> {
    let mut walker = ThriftWalker { bytes, place: 0 };
    let [mut packed, mut unpacked, mut values] = [0; 3];
    walker.value(PAGE_HEADER, STRUCT, &[], &mut |path, value| match path {
        [2] => unpacked = value,
        [3] => packed = value,
        [5 | 7 | 8, 1] => values = value,
        _ => {}
    })?;
    // They are numbers of 31 bits.
    let size = |value: i64| {
        let size = i32::try_from(value).ok().and_then(|size| u32::try_from(size).ok());
        size.ok_or(ThriftFault::Malformed)
    };
    let (packed, unpacked, values) = (size(packed)?, size(unpacked)?, size(values)?);
    Ok(PageSizes { header: walker.place, packed, unpacked, values })
}

/// The type of a structure.
const STRUCT: u8 = 12;

/// Takes the integers of a structure by the numbers of the fields that lead to them.
type TakeInteger<'t> = &'t mut dyn FnMut(&[i16], i64);

struct ThriftWalker<'b> {
    bytes: &'b [u8],
    place: usize,
}

impl ThriftWalker<'_> {
    fn byte(&mut self) -> Result<u8, ThriftFault> {
        let byte = self.bytes.get(self.place).ok_or(ThriftFault::Cut)?;
        self.place += 1;
        Ok(*byte)
    }

    fn varint(&mut self) -> Result<u64, ThriftFault> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ThriftFault::Malformed)
    }

    fn integer(&mut self) -> Result<i64, ThriftFault> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn skip(&mut self, length: u64) -> Result<(), ThriftFault> {
        let rest = self.bytes.len() - self.place;
        let length = usize::try_from(length).ok().filter(|length| *length <= rest);
        self.place += length.ok_or(ThriftFault::Cut)?;
        Ok(())
    }

    /// A value of a shape, which must be of the type that the bytes declare.
    fn value(
        &mut self,
        shape: ThriftShape,
        kind: u8,
        path: &[i16],
        take: TakeInteger<'_>,
    ) -> Result<(), ThriftFault> {
        match (shape, kind) {
            (Bool, 1 | 2) => Ok(()),
            (Byte, 3) => self.skip(1),
            (Int, 4..=6) => {
                take(path, self.integer()?);
                Ok(())
            }
            (Double, 7) => self.skip(8),
            (Bytes, 8) => {
                let length = self.varint()?;
                self.skip(length)
            }
            (List(element), 9) => {
                let (kind, count) = self.list_head()?;
                (0..count).try_for_each(|_| self.value(*element, kind, &[], &mut |_, _| {}))
            }
            (Struct(fields), STRUCT) => self.fields(fields, path, take),
            _ => Err(ThriftFault::Malformed),
        }
    }

    fn fields(
        &mut self,
        fields: &[(i16, ThriftShape)],
        path: &[i16],
        take: TakeInteger<'_>,
    ) -> Result<(), ThriftFault> {
        let mut last = 0;
        while let Some((id, kind)) = self.field_head(last)? {
            last = id;
            match fields.iter().find(|(number, _)| *number == id) {
                Some((_, shape)) => self.value(*shape, kind, &[path, &[id]].concat(), take)?,
                None => self.skip_field(kind, 0)?,
            }
        }
        Ok(())
    }

    /// The number and type of the next field; absent at the end of the structure.
    fn field_head(&mut self, last: i16) -> Result<Option<(i16, u8)>, ThriftFault> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let id = match head >> 4 {
            0 => i16::try_from(self.integer()?).ok(),
            step => last.checked_add(step.into()),
        };
        Ok(Some((id.ok_or(ThriftFault::Malformed)?, head & 0x0F)))
    }

    fn list_head(&mut self) -> Result<(u8, u64), ThriftFault> {
        let head = self.byte()?;
        let short = u64::from(head >> 4);
        let count = if short == 15 { self.varint()? } else { short };
        // Every element has a byte or more.
        if count > (self.bytes.len() - self.place) as u64 {
            return Err(ThriftFault::Cut);
        }
        Ok((head & 0x0F, count))
    }

    /// Skips a field by the type that it declares; Parquet has no maps and sets.
    fn skip_field(&mut self, kind: u8, depth: u8) -> Result<(), ThriftFault> {
        match kind {
            1 | 2 => return Ok(()),
            3 => return self.skip(1),
            4..=6 => return self.integer().map(drop),
            7 => return self.skip(8),
            8 => return self.value(Bytes, 8, &[], &mut |_, _| {}),
            9 | STRUCT if depth < DEEPEST => {}
            _ => return Err(ThriftFault::Malformed),
        }
        if kind == STRUCT {
            let mut last = 0;
            while let Some((id, kind)) = self.field_head(last)? {
                last = id;
                self.skip_field(kind, depth + 1)?;
            }
            return Ok(());
        }
        match self.list_head()? {
            // In a list they are bytes of their own.
            (1 | 2, count) => self.skip(count),
            (kind, count) => (0..count).try_for_each(|_| self.skip_field(kind, depth + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_a_page_are_read() {
        // 1: 0, 2: 300, 3: 5, 5: { 1: 7, 2: 0, 5: { 3: 1 } }, 30: [true, false]
        let header = b"\x15\x00\x15\xd8\x04\x15\x0a\x2c\x15\x0e\x15\x00\x3c\x36\x02\x00\x00\x09\x3c\x21\x01\x02\x00";
        let sizes = PageSizes { header: header.len(), packed: 5, unpacked: 300, values: 7 };
        assert_eq!(page_sizes(header), Ok(sizes));
        for end in 0..header.len() {
            assert_eq!(page_sizes(&header[..end]), Err(ThriftFault::Cut), "{end}");
        }
    }

    #[test]
    fn claims_beyond_the_bytes_and_other_types_are_refused() {
        let endless = b"\x15\x02\x19\xfc\xff\xff\xff\xff\x07\x00";
        assert_eq!(check_footer(endless), Err(ThriftFault::Cut));
        // The list of columns as bytes, which the crate would read as a list.
        let disguised = b"\x15\x02\x18\x06\xfc\xff\xff\xff\xff\x07\x00";
        assert_eq!(check_footer(disguised), Err(ThriftFault::Malformed));
        let deep = [b"\x09\x64".to_vec(), b"\x1c".repeat(100), vec![0; 101]].concat();
        assert_eq!(check_footer(&deep), Err(ThriftFault::Malformed));
        assert_eq!(page_sizes(b"\x15\x00\x15\x01\x15\x00\x00"), Err(ThriftFault::Malformed));
    }
}
