//! The Snappy containers: xerial's stream (`Snappy` in Firehose), Hadoop's blocks (`HADOOP_SNAPPY`), and the official frames.
//!
//! In: bytes of one of them. Out: what its blocks hold. A block that claims more than 64 MiB is damaged: nobody writes such
//! blocks, and believing it would cost the memory.

use std::io::{self, Read};

use super::damaged;
use super::input::Input;

/// Of xerial snappy-java (`SnappyCodec.MAGIC_HEADER`); two version numbers of four bytes follow.
pub(super) const JAVA_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
/// Of the official framing format.
pub(super) const FRAMES_MAGIC: [u8; 10] = *b"\xff\x06\x00\x00sNaPpY";
/// Largest block that is believed, in bytes.
const BLOCK: usize = 64 << 20;

/// One block after another, decoded whole.
struct Blocks<'a> {
    input: Input<'a>,
    compressed: Vec<u8>,
    block: Vec<u8>,
    at: usize,
}

impl<'a> Blocks<'a> {
    fn new(input: Input<'a>) -> Self {
        Self { input, compressed: Vec::new(), block: Vec::new(), at: 0 }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        let rest = &self.block[self.at..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        count
    }

    /// A length of four bytes, big end first; `None` at the end.
    fn length(&mut self) -> io::Result<Option<usize>> {
        match self.input.array::<4>()? {
            Some(bytes) => Ok(Some(u32::from_be_bytes(bytes) as usize)),
            None if self.input.peek(1)?.is_empty() => Ok(None),
            None => Err(damaged("snappy data ends early")),
        }
    }

    /// Decodes a block of `length` compressed bytes.
    fn decode(&mut self, length: usize) -> io::Result<()> {
        if length > BLOCK {
            return Err(damaged("snappy data is damaged: a block is too long"));
        }
        self.compressed.resize(length, 0);
        if !self.input.take_into(&mut self.compressed)? {
            return Err(damaged("snappy data ends early"));
        }
        let broken = |error: snap::Error| damaged(format!("snappy data is damaged: {error}"));
        let inflated = snap::raw::decompress_len(&self.compressed).map_err(broken)?;
        if inflated > BLOCK {
            return Err(damaged("snappy data is damaged: a block is too long"));
        }
        self.at = 0;
        self.block.clear();
        self.block.resize(inflated, 0);
        let decoded = snap::raw::Decoder::new().decompress(&self.compressed, &mut self.block);
        decoded.map(|_| ()).map_err(|error| {
            self.block.clear();
            broken(error)
        })
    }
}

/// xerial's stream: a header, then blocks of a compressed length and raw Snappy. Streams may follow one another.
pub(super) struct Java<'a>(Blocks<'a>);

impl<'a> Java<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self(Blocks::new(input))
    }
}

impl Read for Java<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.rest(out) {
                0 => {}
                count => return Ok(count),
            }
            if self.0.input.peek(JAVA_MAGIC.len())? == JAVA_MAGIC {
                self.0.input.skip(JAVA_MAGIC.len());
                self.0.input.array::<8>()?.ok_or_else(|| damaged("snappy data ends early"))?;
                continue;
            }
            match self.0.length()? {
                Some(length) => self.0.decode(length)?,
                None => return Ok(0),
            }
        }
    }
}

/// Hadoop's blocks: an inflated length, then pieces of a compressed length and raw Snappy until that many bytes came out.
pub(super) struct Hadoop<'a> {
    blocks: Blocks<'a>,
    /// Bytes that are still to come out of this block.
    left: usize,
}

impl<'a> Hadoop<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self { blocks: Blocks::new(input), left: 0 }
    }
}

impl Read for Hadoop<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.blocks.rest(out) {
                0 => {}
                count => return Ok(count),
            }
            let Some(length) = self.blocks.length()? else {
                return if self.left == 0 { Ok(0) } else { Err(damaged("snappy data ends early")) };
            };
            if self.left == 0 {
                self.left = length;
                continue;
            }
            self.blocks.decode(length)?;
            self.left = self
                .left
                .checked_sub(self.blocks.block.len())
                .ok_or_else(|| damaged("snappy data is damaged: a block is longer than it says"))?;
        }
    }
}

/// Whether these bytes can begin a Hadoop block: two lengths that fit each other.
pub(super) fn looks_like_hadoop(head: &[u8]) -> bool {
    let Some((first, rest)) = head.split_first_chunk() else { return false };
    let Some(second) = rest.first_chunk() else { return false };
    let (inflated, compressed) =
        (u32::from_be_bytes(*first) as usize, u32::from_be_bytes(*second) as usize);
    inflated > 0 && compressed > 0 && compressed <= 32 + inflated + inflated / 6
}

/// The official frames.
pub(super) fn frames(input: Input<'_>) -> impl Read {
    Frames(snap::read::FrameDecoder::new(input))
}

struct Frames<'a>(snap::read::FrameDecoder<Input<'a>>);

impl Read for Frames<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(|error| match self.0.get_mut().take_failure() {
            Some(failure) => failure,
            None => damaged(format!("snappy data is damaged: {error}")),
        })
    }
}
