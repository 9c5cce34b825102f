//! Text files as people and their tools write them: with or without a byte order mark, in UTF-8 or UTF-16, of any line
//! end. And what is no text file, or too big to be one, is refused before it is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a file; the biggest specification that the service imports is a quarter of it.
const SIZE: u64 = 16 << 20;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("there is no such file")]
    Missing,
    #[error("it is no file")]
    NoFile,
    #[error("it is bigger than {SIZE} bytes")]
    Size,
    /// With the number of bytes that are text.
    #[error("it is no text in UTF-8 or UTF-16, from byte {0} on")]
    Encoding(usize),
    #[error("{0}")]
    Io(io::Error),
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    // Asked first: to open a pipe is to wait for whoever writes into it.
    let kind = std::fs::metadata(path).map_err(of_io)?;
    if !kind.is_file() {
        return Err(FileError::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(SIZE + 1).read_to_end(&mut bytes)).map_err(of_io)?;
    if bytes.len() as u64 > SIZE {
        return Err(FileError::Size);
    }
    decode(bytes)
}

fn of_io(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        _ => FileError::Io(error),
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, FileError> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| FileError::Encoding(error.utf8_error().valid_up_to()))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(FileError::Encoding(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let wanted = "<a>ü😀</a>";
        let units = |bytes: fn(u16) -> [u8; 2]| wanted.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let with = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for bytes in [
            wanted.as_bytes().to_vec(),
            with(&[0xEF, 0xBB, 0xBF], wanted.as_bytes().to_vec()),
            with(&[0xFF, 0xFE], units(u16::to_le_bytes)),
            with(&[0xFE, 0xFF], units(u16::to_be_bytes)),
        ] {
            assert_eq!(decode(bytes).unwrap(), wanted);
        }
        for bytes in [vec![b'a', 0xFF], vec![0xFF, 0xFE, 0x00], vec![0xFF, 0xFE, 0x00, 0xD8]] {
            assert!(matches!(decode(bytes), Err(FileError::Encoding(_))));
        }
    }
}
