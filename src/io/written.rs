//! A file that appears whole or not at all, readable by its owner alone.
//!
//! In: a path and bytes. Out: the file, written beside its place and renamed. It refuses to know what the bytes mean.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file on its way. Dropped without [`Written::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct Written {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Written {
    /// Begins a file beside its place.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place.
    pub fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(self.path)?;
        Ok(())
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
