//! Which of the open objects and arrays are objects: one bit a level, so that no input can overflow a stack.
//!
//! In: brackets. Out: what the innermost open bracket was. It refuses to know what is between them.

/// Which of the open levels are objects: one bit for each.
#[derive(Clone, Debug)]
pub(crate) struct Nesting {
    depth: usize,
    limit: usize,
    /// The innermost 64 levels, the innermost in bit 0.
    top: u64,
    /// Those further out, 64 each.
    below: Vec<u64>,
}

impl Nesting {
    pub(crate) fn new(limit: usize) -> Self {
        Self { depth: 0, limit, top: 0, below: Vec::new() }
    }

    /// Whether there was room.
    pub(crate) fn push(&mut self, object: bool) -> bool {
        if self.depth == self.limit {
            return false;
        }
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.below.push(self.top);
        }
        self.top = self.top << 1 | u64::from(object);
        self.depth += 1;
        true
    }

    pub(crate) fn pop(&mut self) {
        self.depth -= 1;
        self.top >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.top = self.below.pop().expect("pushed at this depth");
        }
    }

    pub(crate) fn in_object(&self) -> bool {
        self.top & 1 == 1
    }

    /// Levels that are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }
}
