//! The bytes of a pickle in order.

/// Reads bytes from the first to the last.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// The number of bytes that have been read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next `count` bytes; `None` if there are fewer.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes[self.at..].get(..count)?;
        self.at += count;
        Some(taken)
    }

    /// The next N bytes.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A length or a number in the next four bytes, little endian.
    pub fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// The bytes before the next line feed, which is passed over.
    pub fn line(&mut self) -> Option<&'a [u8]> {
        let end = self.bytes[self.at..].iter().position(|&b| b == b'\n')?;
        let line = self.take(end);
        self.at += 1;
        line
    }
}
