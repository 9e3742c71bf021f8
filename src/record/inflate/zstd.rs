//! zstd (RFC 8878): frames one after another, skippable ones skipped.
//!
//! In: bytes that begin with a frame. Out: what the frames hold. Windows of more than 100 MiB are refused by the decoder.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::damaged;
use super::input::Input;

/// Of a frame.
pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes inflated at a time; the decoder works in blocks of 128 KiB at most.
const PIECE: usize = 128 << 10;

pub(super) struct Zstd<'a> {
    input: Input<'a>,
    decoder: FrameDecoder,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Between,
    Frame,
    Done,
}

impl<'a> Zstd<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self { input, decoder: FrameDecoder::new(), state: State::Between }
    }

    /// Begins the next frame, if there is one. The magic numbers 184D2A50 to 5F are those of skippable frames.
    fn between(&mut self) -> io::Result<State> {
        match *self.input.peek(4)? {
            [] => return Ok(State::Done),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                self.input.skip(4);
                let length = self.input.array::<4>()?.ok_or_else(ends_early)?;
                let mut skipped = vec![0; PIECE];
                let mut left = u32::from_le_bytes(length) as usize;
                while left > 0 {
                    let piece = left.min(PIECE);
                    if !self.input.take_into(&mut skipped[..piece])? {
                        return Err(ends_early());
                    }
                    left -= piece;
                }
                return Ok(State::Between);
            }
            _ => {}
        }
        let begun = self.decoder.reset(&mut self.input);
        begun.map(|()| State::Frame).map_err(|error| self.blame(&error))
    }

    fn frame(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.decoder.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            if self.decoder.is_finished() {
                self.state = State::Between;
                return self.check().map(|()| 0);
            }
            let strategy = BlockDecodingStrategy::UptoBytes(PIECE);
            let decoded = self.decoder.decode_blocks(&mut self.input, strategy);
            decoded.map_err(|error| self.blame(&error))?;
        }
    }

    fn check(&self) -> io::Result<()> {
        let (said, seen) =
            (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
        match said.zip(seen) {
            Some((said, seen)) if said != seen => {
                Err(damaged("zstd data is damaged: its checksum differs"))
            }
            _ => Ok(()),
        }
    }

    fn blame(&mut self, error: &impl std::fmt::Display) -> io::Error {
        let message = format!("zstd data is damaged: {error}");
        self.input.take_failure().unwrap_or_else(|| damaged(message))
    }
}

fn ends_early() -> io::Error {
    damaged("zstd data ends early")
}

impl Read for Zstd<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let step = match self.state {
                State::Done => return Ok(0),
                State::Between => self.between().map(|next| {
                    self.state = next;
                    0
                }),
                State::Frame => self.frame(out),
            };
            let written = step.inspect_err(|_| self.state = State::Done)?;
            if written > 0 {
                return Ok(written);
            }
        }
    }
}
