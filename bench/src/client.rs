//! One connection that stays open, as a browser keeps it.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// More header fields than the shop ever sends.
const FIELDS: usize = 32;

/// The most of an answer that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// A shopper's connection to the shop; opened where it is not.
pub(crate) struct Client {
    shop: SocketAddr,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where it leads on to.
    pub location: Option<String>,
}

/// What the head of an answer says.
struct Head {
    answer: Answer,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes that follow, where it says so.
    body: Option<usize>,
    close: bool,
}

impl Client {
    pub(crate) fn new(shop: SocketAddr) -> Self {
        Self { shop, stream: None, answer: Vec::with_capacity(4 << 10) }
    }

    /// Sends a request and reads all of its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.shop).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.answer.clear();
        let head = loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = read(&self.answer)? {
                break head;
            }
        };
        if let Some(body) = head.body {
            while self.answer.len() < head.length + body {
                if stream.read_buf(&mut self.answer).await? == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            if !head.close {
                self.stream = Some(stream);
            }
        } else if head.close {
            while self.answer.len() < LIMIT && stream.read_buf(&mut self.answer).await? > 0 {}
        }
        // A body in chunks is an answer nobody wants to measure: it ends with the connection.
        Ok(head.answer)
    }

    /// The last answer as it came.
    pub(crate) fn page(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}

/// Reads the head of an answer; `None` until all of it has come.
fn read(answer: &[u8]) -> io::Result<Option<Head>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let parsed = response.parse(answer).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let field = |name: &str| {
        let found = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        found.and_then(|field| std::str::from_utf8(field.value).ok())
    };
    Ok(Some(Head {
        answer: Answer { status: response.code.unwrap_or_default(), location: field("location").map(str::to_owned) },
        length,
        body: field("content-length").and_then(|length| length.parse().ok()),
        close: response.version == Some(0)
            || field("connection").is_some_and(|word| word.eq_ignore_ascii_case("close")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_once_its_head_is_there() {
        let answer = b"HTTP/1.1 302 Found\r\nlocation: /orders/1/complete\r\nContent-Length: 0\r\n\r\n";
        assert!(read(&answer[..answer.len() - 1]).is_ok_and(|head| head.is_none()));
        let head = read(answer).ok().flatten();
        assert!(head.is_some_and(|head| {
            head.answer == Answer { status: 302, location: Some("/orders/1/complete".to_owned()) }
                && head.body == Some(0)
                && !head.close
        }));
        assert!(read(b"nonsense\r\n\r\n").is_err());
    }
}
