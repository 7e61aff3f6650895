//! The value of one element as text, whatever its value representation.

use std::borrow::Cow;

use dicom_core::{Tag, VR};

use super::element::{ElementEncoding, format_tag};

/// Whether the representation is binary data without a text form.
pub fn is_binary(vr: VR) -> bool {
    matches!(vr, VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN)
}

/// The value as pydicom prints it, several separated by a backslash; absent when the bytes do not fit.
pub fn format_value<'b>(
    vr: VR,
    encoding: ElementEncoding,
    bytes: &'b [u8],
    decode: impl Fn(&'b [u8]) -> Cow<'b, str>,
) -> Option<String> {
    let each = |size: usize, print: &dyn Fn(&[u8]) -> Option<String>| {
        let fits = bytes.len().is_multiple_of(size);
        let texts: Option<Vec<String>> =
            fits.then(|| bytes.chunks_exact(size).map(print).collect())?;
        Some(texts?.join("\\"))
    };
    let u16 = |b: &[u8]| Some(encoding.u16(*b.first_chunk()?));
    let u32 = |b: &[u8]| Some(encoding.u32(*b.first_chunk()?));
    let u64 = |b: &[u8]| Some(encoding.u64(*b.first_chunk()?));
    match vr {
        VR::US => each(2, &|b| Some(u16(b)?.to_string())),
        VR::SS => each(2, &|b| Some(u16(b)?.cast_signed().to_string())),
        VR::UL => each(4, &|b| Some(u32(b)?.to_string())),
        VR::SL => each(4, &|b| Some(u32(b)?.cast_signed().to_string())),
        VR::UV => each(8, &|b| Some(u64(b)?.to_string())),
        VR::SV => each(8, &|b| Some(u64(b)?.cast_signed().to_string())),
        VR::FL => each(4, &|b| Some(format_float(f32::from_bits(u32(b)?).into()))),
        VR::FD => each(8, &|b| Some(format_float(f64::from_bits(u64(b)?)))),
        VR::AT => each(4, &|b| Some(format_tag(Tag(u16(b)?, u16(b.get(2..)?)?)))),
        VR::ST | VR::LT | VR::UT | VR::UR => Some(decode(bytes).into_owned()),
        vr if is_binary(vr) || matches!(vr, VR::SQ | VR::PN) => None,
        _ => {
            let padding = |c: char| c == ' ' || c == '\0';
            let text = decode(bytes);
            let values: Vec<&str> = text.split('\\').map(|v| v.trim_matches(padding)).collect();
            Some(values.join("\\"))
        }
    }
}

/// A number as Python writes it: the shortest digits that restore it, with an exponent from 1e16
/// on and below 1e-4.
fn format_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ (..-4 | 16..)) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => format!("{number:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let cases = [
            (0.1, "0.1"),
            (f64::from(0.1_f32), "0.10000000149011612"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.25e-7, "-1.25e-07"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in cases {
            assert_eq!(format_float(number), text);
        }
    }
}
