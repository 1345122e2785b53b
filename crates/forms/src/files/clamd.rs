//! Asking a virus scanner: ClamAV's daemon, over TCP or a Unix socket, with its INSTREAM command.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

/// How long connecting, sending and answering may each take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much is sent at once.
const CHUNK: usize = 64 * 1024;
/// The longest answer that makes sense.
const LONGEST_ANSWER: u64 = 4_096;

/// Where the daemon listens: `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamAddress {
    /// Host and port.
    Tcp(String),
    /// The path of a Unix socket.
    Unix(String),
}

/// What the scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing found.
    Clean,
    /// The name of what was found.
    Found(String),
}

/// Why there is no verdict. A file without a verdict must not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The daemon cannot be reached, or the connection broke.
    #[error(
        "the virus scanner did not answer: check that clamd runs and that its address is right"
    )]
    Connection(#[from] io::Error),
    /// The daemon answered with something else than a verdict, such as that the file is too large for it.
    #[error("the virus scanner answered {0:?}: check StreamMaxLength in clamd.conf")]
    Answer(String),
    /// Unix sockets do not exist on this system.
    #[error("this system has no Unix sockets: give the virus scanner's address as tcp://host:port")]
    NoUnixSockets,
}

/// Text that is no [`ClamAddress`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address of clamd: write tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl")]
pub struct NotAnAddress(pub String);

impl FromStr for ClamAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if let Some(host) = text
            .strip_prefix("tcp://")
            .filter(|host| host.contains(':'))
        {
            return Ok(Self::Tcp(host.to_owned()));
        }
        if let Some(path) = text
            .strip_prefix("unix:")
            .filter(|path| path.starts_with('/'))
        {
            return Ok(Self::Unix(path.to_owned()));
        }
        Err(NotAnAddress(text.to_owned()))
    }
}

/// Has a file scanned. Blocks until the verdict is there, at most about a minute and a half: call it where it may block.
///
/// # Errors
/// [`ScanError`] when there is no verdict.
pub fn scan(address: &ClamAddress, content: &[u8]) -> Result<Verdict, ScanError> {
    match address {
        ClamAddress::Tcp(host) => {
            let socket = host
                .to_socket_addrs()?
                .next()
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            let stream = TcpStream::connect_timeout(&socket, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            ask(stream, content)
        }
        #[cfg(unix)]
        ClamAddress::Unix(path) => {
            let stream = std::os::unix::net::UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            ask(stream, content)
        }
        #[cfg(not(unix))]
        ClamAddress::Unix(_) => Err(ScanError::NoUnixSockets),
    }
}

fn ask(mut stream: impl Read + Write, content: &[u8]) -> Result<Verdict, ScanError> {
    stream.write_all(b"zINSTREAM\0")?;
    for chunk in content.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        stream.write_all(&length.to_be_bytes())?;
        stream.write_all(chunk)?;
    }
    stream.write_all(&0_u32.to_be_bytes())?;
    stream.flush()?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let answer = answer.trim_end_matches(['\0', '\n']).trim();
    let verdict = answer.strip_prefix("stream: ").unwrap_or(answer);
    if verdict == "OK" {
        return Ok(Verdict::Clean);
    }
    match verdict.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Found(name.to_owned())),
        None => Err(ScanError::Answer(answer.to_owned())),
    }
}
