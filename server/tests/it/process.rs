//! The real program in a process of its own.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header::ACCEPT};

use crate::support::Outcome;

/// The program, with none of the settings of whoever runs the tests.
pub(crate) fn madang() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_madang"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// A shop that is being served.
pub(crate) struct Served {
    child: Child,
    url: String,
}

impl Served {
    /// Serves the demo shop on a free port, out of a folder of its own.
    pub(crate) fn start(data_dir: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        Self::with(data_dir, &[])
    }

    /// The same, with settings.
    pub(crate) fn with(data_dir: &Path, settings: &[(&str, &str)]) -> Result<Self, Box<dyn std::error::Error>> {
        let named = settings.iter().find(|(name, _)| *name == "MADANG_ADDR");
        let address = named.map_or_else(free_address, |(_, address)| Ok((*address).to_owned()))?;
        // What a page looks like in a browser is tested in one; here an empty site will do.
        let site = data_dir.join("site");
        std::fs::create_dir_all(site.join("pkg"))?;
        let mut command = madang();
        command.env("MADANG_SITE_ROOT", &site);
        command.args(["serve", "--demo"]).env("MADANG_ADDR", &address).env("MADANG_DATA_DIR", data_dir);
        command.env("MADANG_LOG", "off").envs(settings.iter().copied()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        // Its first line says that it is open.
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        lines.next().ok_or("it ended without a word")??;
        let url = format!("http://{address}");
        Ok(Self { child, url })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// As the kernel would on a bad day.
    pub(crate) fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// As Ctrl-C would.
    pub(crate) fn stop(mut self) -> Outcome {
        kill(Pid::from_raw(self.child.id().try_into()?), Signal::SIGINT)?;
        assert!(self.child.wait()?.success(), "it stops cleanly");
        Ok(())
    }
}

/// A test that failed leaves no shop behind.
impl Drop for Served {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
            let _ = self.child.wait();
        }
    }
}

/// An address of this machine that nobody listens on.
pub(crate) fn free_address() -> std::io::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// A browser without scripts: keeps cookies, sends forms, follows nothing by itself.
pub(crate) fn browser() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(server::outside::client()?.cookie_store(true).build()?)
}

pub(crate) async fn get(browser: &Client, url: String) -> Result<(StatusCode, String), reqwest::Error> {
    let answer = as_browser(browser.get(url)).send().await?;
    Ok((answer.status(), answer.text().await?))
}

pub(crate) async fn post(browser: &Client, url: String, form: &[(&str, &str)]) -> Result<Response, reqwest::Error> {
    as_browser(browser.post(url)).form(form).send().await
}

fn as_browser(request: RequestBuilder) -> RequestBuilder {
    request.header(ACCEPT, "text/html")
}
