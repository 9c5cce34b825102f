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
    /// Where the text ends.
    #[error("it is no text in UTF-8 or UTF-16, from line {line}, column {column} on")]
    Encoding { line: usize, column: usize },
    /// The order of its bytes.
    #[error("it seems to be UTF-16 ({0}) without the byte order mark that says so: save it as UTF-8")]
    Unmarked(&'static str),
    #[error("{0}")]
    Io(io::Error),
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    decode(read_bytes(path)?)
}

/// Reads a file that need not be text.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
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
    Ok(bytes)
}

fn of_io(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        _ => FileError::Io(error),
    }
}

/// The text that these bytes are.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, FileError> {
    match bytes.as_slice() {
        // What begins with ASCII, as every file of ours does.
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => Err(FileError::Unmarked("little-endian")),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => Err(FileError::Unmarked("big-endian")),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| {
        let text = error.utf8_error().valid_up_to();
        ends_behind(&String::from_utf8_lossy(error.as_bytes().get(..text).unwrap_or_default()))
    })
}

/// What comes behind `text` is none.
fn ends_behind(text: &str) -> FileError {
    let last = text.rsplit('\n').next().unwrap_or_default();
    FileError::Encoding { line: text.matches('\n').count() + 1, column: last.chars().count() + 1 }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    for unit in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(unit.map_err(|_| ends_behind(&text))?);
    }
    if rest.is_empty() { Ok(text) } else { Err(ends_behind(&text)) }
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
        for (order, bytes) in [("little-endian", units(u16::to_le_bytes)), ("big-endian", units(u16::to_be_bytes))] {
            assert_eq!(decode(bytes).unwrap_err().to_string().split(['(', ')']).nth(1), Some(order));
        }
        for (bytes, place) in [
            (vec![0xFF], (1, 1)),
            ("<a>\nü".bytes().chain([0xE9, b'x']).collect(), (2, 2)),
            (vec![0xFF, 0xFE, 0x00], (1, 1)),
            (vec![0xFF, 0xFE, b'a', 0x00, 0x00, 0xD8], (1, 2)),
        ] {
            let Err(FileError::Encoding { line, column }) = decode(bytes) else { panic!("it is text") };
            assert_eq!((line, column), place);
        }
    }
}
