//! Percent encoding as signatures of AWS require it (RFC 3986, unreserved characters).

use std::fmt::Write as _;

/// Encodes every byte but letters, digits, `-`, `.`, `_`, `~` and those of `plain`.
pub(super) fn encode(text: &str, plain: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(letter) || plain.contains(letter) {
            encoded.push(letter);
        } else {
            let _ = write!(encoded, "%{byte:02X}"); // a text takes whatever comes
        }
    }
    encoded
}

/// Decodes a key of a listing or inventory: `+` is a blank there. Absent when the result is not UTF-8 or an
/// escape is cut.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for text in ["", "a b+c/d%", "유방/RCC (1).dcm", "\u{1}\n"] {
            assert_eq!(decode(&encode(text, "/")).as_deref(), Some(text));
        }
        assert_eq!(encode("a b/ü", "/"), "a%20b/%C3%BC");
        assert_eq!((decode("a+b"), decode("%2"), decode("%FF")), (Some("a b".into()), None, None));
    }
}
