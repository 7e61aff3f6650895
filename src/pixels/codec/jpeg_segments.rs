//! The marker segments of a JPEG stream before its first scan (ITU-T T.81 annex B).

/// A marker and the bytes behind its length.
pub struct Segment<'a> {
    /// The second byte of the marker.
    pub marker: u8,
    /// The parameters.
    pub data: &'a [u8],
}

impl Segment<'_> {
    /// Whether it is a frame header: SOF0 to SOF15 without DHT, JPG and DAC, which lie among them.
    pub fn is_frame(&self) -> bool {
        (0xC0..=0xCF).contains(&self.marker) && !matches!(self.marker, 0xC4 | 0xC8 | 0xCC)
    }
}

/// The segments in order; ends where a scan's data begins, or the stream is damaged.
pub struct Segments<'a> {
    /// What was not read yet.
    pub rest: &'a [u8],
}

impl<'a> Segments<'a> {
    /// Those behind the start of image.
    pub fn of(stream: &'a [u8]) -> Self {
        Self { rest: stream.get(2..).unwrap_or_default() }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        while let [0xFF, 0xFF, ..] = self.rest {
            self.rest = &self.rest[1..];
        }
        let [0xFF, marker, high, low, ..] = *self.rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let data = self.rest.get(4..2 + length)?;
        self.rest = &self.rest[2 + length..];
        Some(Segment { marker, data })
    }
}
