//! A mail server of a few lines (RFC 5321), with the manners of others.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use uuid::Uuid;

/// What it does with mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Takes,
    /// Takes the mail, and hangs up without a word.
    TakesAndHangsUp,
    AsksForPatience,
    Refuses,
}

/// A mail server on a port of its own.
pub(crate) struct Post {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Post {
    pub(crate) async fn open(manner: Manner) -> Result<Self, std::io::Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let _ = talk(stream, manner, &kept).await;
                });
            }
        });
        Ok(Self { port, taken, task })
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Shuts the door. Answers where it was.
    pub(crate) fn close(self) -> String {
        self.task.abort();
        self.url()
    }

    /// The mails that came, by what stands before the `@` of their `Message-ID`.
    pub(crate) fn message_ids(&self) -> Vec<Uuid> {
        let taken = self.taken.lock().expect("no panic");
        let ids = taken.iter().map(|mail| {
            let line = mail.lines().find_map(|line| line.strip_prefix("Message-ID: <")).expect("a Message-ID");
            line.split('@').next().and_then(|id| id.parse().ok()).expect("an id")
        });
        ids.collect()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(stream: TcpStream, manner: Manner, taken: &Mutex<Vec<String>>) -> Result<(), std::io::Error> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 post.example\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" if manner == Manner::AsksForPatience => "451 later",
            "RCPT" if manner == Manner::Refuses => "550 no such user",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while stream.read_line(&mut mail).await? > 0 && !mail.ends_with("\r\n.\r\n") {}
                taken.lock().expect("no panic").push(mail);
                if manner == Manner::TakesAndHangsUp {
                    return Ok(());
                }
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 post.example",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
