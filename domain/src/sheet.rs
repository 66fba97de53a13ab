//! Reading CSV files as people have them: in UTF-8 or UTF-16 with or without a byte order mark, or
//! in EUC-KR (CP949) as Korean spreadsheets write it; with commas, semicolons or tabs. Row by row,
//! so that a large file needs no more memory than its longest row.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use contract::{
    Failure,
    sheet::{MOST_COLUMNS, MOST_ROW_BYTES, SheetFlaw, plain},
};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{EUC_KR, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::{Error, Result};

/// A table that is being read.
pub struct Sheet<R: Read> {
    rows: csv::Reader<Bounded<DecodeReaderBytes<R, Vec<u8>>>>,
    /// Where each column stands, by its name in lower case.
    columns: BTreeMap<String, usize>,
    left: Arc<AtomicUsize>,
    quotes: Arc<AtomicUsize>,
    record: StringRecord,
}

/// One row, with the line of the file that it begins on.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line, from 1.
    pub line: u64,
    record: &'a StringRecord,
    columns: &'a BTreeMap<String, usize>,
}

impl<R: Read + Seek> Sheet<R> {
    /// Begins to read: finds out the encoding, and the columns from the first row.
    ///
    /// # Errors
    /// [`Failure::Sheet`] where it is no table; [`Error::Io`] where it cannot be read.
    pub fn open(mut file: R) -> Result<Self> {
        let encoding = encoding(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        let text = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .bom_override(true)
            .strip_bom(true)
            .build_with_buffer(file, vec![0; 64 * 1024])?;
        let left = Arc::new(AtomicUsize::new(MOST_ROW_BYTES));
        let quotes = Arc::new(AtomicUsize::new(0));
        let bounded = Bounded { inner: text, left: left.clone(), quotes: quotes.clone(), ahead: Vec::new() };
        let (start, text) = start(bounded)?;
        let end = if start.contains(&b'\n') { b'\n' } else { b'\r' };
        // With the terminator of its own the lines of a file from a spreadsheet would be counted one too
        // low; the `\r` that is left goes with what is blank around a cell.
        let mut rows = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(&start))
            .terminator(csv::Terminator::Any(end))
            .from_reader(text);
        let mut record = StringRecord::new();
        read(&mut rows, &left, &mut record)?.ok_or(Failure::Sheet(SheetFlaw::Empty))?;
        let mut columns = BTreeMap::new();
        for (at, name) in record.iter().enumerate() {
            let name = name.trim().to_lowercase();
            // Columns without a name mean nothing, however many there are.
            if columns.insert(name.clone(), at).is_some() && !name.is_empty() {
                return Err(Failure::Sheet(SheetFlaw::ColumnTwice).into());
            }
        }
        Ok(Self { rows, columns, left, quotes, record })
    }
}

impl<R: Read> Sheet<R> {
    /// Whether there is a column of this name.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The names of its columns, in lower case.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// The next row that is not blank.
    ///
    /// # Errors
    /// [`Failure::Sheet`] where it is none; [`Error::Io`] where it cannot be read.
    #[expect(clippy::should_implement_trait, reason = "a row borrows from the sheet, which no iterator's can")]
    pub fn next(&mut self) -> Result<Option<Row<'_>>> {
        loop {
            let lines = self.record.iter().any(|cell| cell.contains(['\n', '\r']));
            let Some(line) = read(&mut self.rows, &self.left, &mut self.record)? else {
                // A quote that is never closed swallows all that follows it.
                let open = lines && !self.quotes.load(Ordering::Relaxed).is_multiple_of(2);
                return if open { Err(Failure::Sheet(SheetFlaw::QuoteOpen).into()) } else { Ok(None) };
            };
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(Some(Row { line, record: &self.record, columns: &self.columns }));
            }
        }
    }
}

impl Row<'_> {
    /// The cell of a column, trimmed; `None` where the file has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        let at = *self.columns.get(column)?;
        // A row may end early.
        Some(plain(self.record.get(at).unwrap_or_default().trim()))
    }
}

fn read<R: Read>(rows: &mut csv::Reader<R>, left: &AtomicUsize, record: &mut StringRecord) -> Result<Option<u64>> {
    left.store(MOST_ROW_BYTES, Ordering::Relaxed);
    let there = rows.read_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Failure::Sheet(SheetFlaw::RowTooLong).into()
        }
        csv::ErrorKind::Io(error) => Error::from(error),
        _ => Failure::Sheet(SheetFlaw::NotText).into(),
    })?;
    if record.len() > MOST_COLUMNS {
        return Err(Failure::Sheet(SheetFlaw::TooManyColumns).into());
    }
    if record.iter().any(|cell| cell.contains('\0')) {
        return Err(Failure::Sheet(SheetFlaw::NotText).into());
    }
    Ok(there.then(|| record.position().map_or(0, csv::Position::line)))
}

/// The encoding of a whole file: told by its mark, else the first that fits.
fn encoding<R: Read>(file: &mut R) -> Result<&'static Encoding> {
    let mut file = BufReader::with_capacity(64 * 1024, file);
    let mut decoders = [UTF_8, EUC_KR].map(|encoding| (encoding, encoding.new_decoder_without_bom_handling(), true));
    let (mut bytes, mut text) = (vec![0; 64 * 1024], vec![0_u8; 256 * 1024]);
    let mut first = true;
    loop {
        let count = file.read(&mut bytes)?;
        let chunk = bytes.get(..count).unwrap_or_default();
        if first {
            if let Some((encoding, _)) = Encoding::for_bom(chunk) {
                return Ok(encoding);
            }
            if let Some(encoding) = unmarked_utf16(chunk) {
                return Ok(encoding);
            }
            first = false;
        }
        for (_, decoder, fits) in decoders.iter_mut().filter(|(_, _, fits)| *fits) {
            let (result, ..) = decoder.decode_to_utf8_without_replacement(chunk, &mut text, count == 0);
            *fits = matches!(result, encoding_rs::DecoderResult::InputEmpty);
        }
        if count == 0 {
            break;
        }
    }
    let found = decoders.into_iter().find(|(_, _, fits)| *fits).map(|(encoding, ..)| encoding);
    Ok(found.ok_or(Failure::Sheet(SheetFlaw::NotText))?)
}

/// Every other byte of Latin text in UTF-16 is 0.
fn unmarked_utf16(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0, second, 0, fourth, ..] if *second != 0 && *fourth != 0 => Some(UTF_16BE),
        [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// The beginning of the text, enough to see what separates its columns and ends its rows; kept for
/// who reads on.
fn start<R: Read>(text: Bounded<R>) -> Result<(Vec<u8>, Bounded<R>)> {
    let mut text = text;
    let mut start = vec![0; 4096];
    let mut filled = 0;
    while filled < start.len() {
        match text.inner.read(start.get_mut(filled..).unwrap_or_default())? {
            0 => break,
            count => filled += count,
        }
    }
    start.truncate(filled);
    text.ahead = start.clone();
    Ok((start, text))
}

fn delimiter(start: &[u8]) -> u8 {
    let header = start.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let count = |sign: u8| header.iter().filter(|byte| **byte == sign).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// Gives so many bytes only until it is told that a row has ended.
struct Bounded<R> {
    inner: R,
    left: Arc<AtomicUsize>,
    /// The quotes that were read.
    quotes: Arc<AtomicUsize>,
    /// What was read ahead.
    ahead: Vec<u8>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = if self.ahead.is_empty() {
            self.inner.read(into)?
        } else {
            let count = self.ahead.len().min(into.len());
            into.iter_mut().zip(self.ahead.drain(..count)).for_each(|(to, from)| *to = from);
            count
        };
        let left = self.left.load(Ordering::Relaxed);
        if count > left {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.left.store(left - count, Ordering::Relaxed);
        let quotes = into.iter().take(count).filter(|byte| **byte == b'"').count();
        self.quotes.fetch_add(quotes, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn cells(bytes: &[u8], columns: &[&str]) -> Result<Vec<Vec<String>>> {
        let mut sheet = Sheet::open(Cursor::new(bytes))?;
        let mut rows = Vec::new();
        while let Some(row) = sheet.next()? {
            rows.push(columns.iter().map(|column| row.get(column).unwrap_or("-").to_owned()).collect());
        }
        Ok(rows)
    }

    fn flaw(bytes: &[u8]) -> Option<Failure> {
        cells(bytes, &[]).err().map(|error| error.failure())
    }

    #[test]
    fn the_same_table_is_read_in_every_encoding() {
        let text = "isbn,제목\n1,\"어린 왕자, 그리고\"\n\n2,무정\n";
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
        let (korean, ..) = EUC_KR.encode(text);
        for bytes in [text.as_bytes(), &utf16, &marked, &korean] {
            let rows = cells(bytes, &["제목", "isbn", "price"]).expect("rows");
            assert_eq!(rows, [["어린 왕자, 그리고", "1", "-"], ["무정", "2", "-"]]);
        }
    }

    #[test]
    fn semicolons_and_tabs_separate_columns_too() {
        for text in ["ISBN;title\n1;\"a,b\"", "isbn\t title \r\n1\ta,b\r\n"] {
            assert_eq!(cells(text.as_bytes(), &["isbn", "title"]).expect("rows"), [["1", "a,b"]]);
        }
    }

    #[test]
    fn a_row_tells_the_line_that_it_begins_on() {
        for text in ["a,b\n\"x\ny\",1\nz,2\n", "a,b\r\n\"x\r\ny\",1\r\nz,2\r\n"] {
            let mut sheet = Sheet::open(Cursor::new(text)).expect("a sheet");
            assert_eq!(sheet.next().expect("a row").map(|row| row.line), Some(2));
            assert_eq!(sheet.next().expect("a row").map(|row| row.line), Some(4));
            assert!(sheet.next().expect("the end").is_none());
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(flaw(b""), Some(Failure::Sheet(SheetFlaw::Empty)));
        assert_eq!(flaw("a,".repeat(1_000_000).as_bytes()), Some(Failure::Sheet(SheetFlaw::RowTooLong)));
        assert_eq!(flaw("a,".repeat(200).as_bytes()), Some(Failure::Sheet(SheetFlaw::TooManyColumns)));
        assert_eq!(flaw(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff"), Some(Failure::Sheet(SheetFlaw::NotText)));
        assert_eq!(flaw(b"a,b, A \n1,2,3\n"), Some(Failure::Sheet(SheetFlaw::ColumnTwice)));
        assert_eq!(flaw(b"a,,b,\n1,2,3,4\n"), None, "columns without a name");
        assert_eq!(flaw(b"a,b\n1,2\n\"3,4\n5,6\n"), Some(Failure::Sheet(SheetFlaw::QuoteOpen)));
        assert_eq!(flaw(b"a,b\n1,\"2\n3\"\n5\",6\n"), None, "a stray quote within a cell");
        let endless = [b"a,b\n\"".as_slice(), &vec![b'x'; 2 * MOST_ROW_BYTES]].concat();
        assert_eq!(flaw(&endless), Some(Failure::Sheet(SheetFlaw::RowTooLong)));
        let long = format!("a,b\n{}", "1,2\n".repeat(MOST_ROW_BYTES));
        assert_eq!(cells(long.as_bytes(), &["a"]).expect("rows").len(), MOST_ROW_BYTES);
    }
}
