//! The command line: which words there are, and what their help says.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Yakuba runs a city's digital services and measures its digital plan from what they really do.
#[derive(Debug, Parser)]
#[command(
    name = "yakuba",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "\
First steps:
  yakuba demo                      look around in a made-up city: http://localhost:8080
  yakuba init --name みどり市      make your own city in ./data
  yakuba plan import 計画.xlsx --plan midori-2024 --dry-run
  yakuba serve                     open your city to browsers

Exit codes:
  0  carried out
  1  not carried out; the reason and the mend are on the standard error stream
  2  the command line cannot be understood
  3  carried out, but a person must look: cells to review, differences, a failed check

Environment:
  YAKUBA_DATA, YAKUBA_DATABASE_URL   as --data and --database-url
  YAKUBA_LOG=info                    what is logged; YAKUBA_LOG_FORMAT=json for machines"
)]
pub struct Cli {
    /// The folder that holds the city: database, key, files
    #[arg(
        long,
        global = true,
        env = "YAKUBA_DATA",
        default_value = "./data",
        value_name = "DIR"
    )]
    pub data: PathBuf,

    /// Another database than the file in the data folder: postgres://USER@HOST/DATABASE?schema=CITY
    #[arg(
        long,
        global = true,
        env = "YAKUBA_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new city
    Init(Init),
    /// Open the city to browsers
    Serve(Serve),
    /// Write the whole city into one file; writing goes on meanwhile
    Backup(Backup),
    /// Make a city from a backup, on either database
    Restore(Restore),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Check that everything the city needs is in order
    Doctor,
    /// Say which version this is, and which steps made the tables it knows
    Version,
    /// For tests of the program itself
    #[command(subcommand, hide = true)]
    Debug(Debug),
}

/// Make a new city.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba init
  yakuba init --name みどり市 --municipality 131016
  yakuba --database-url postgres://yakuba@db/cities?schema=midori init --name みどり市")]
pub struct Init {
    /// The city's name
    #[arg(long, default_value = "わたしの市")]
    pub name: String,
    /// Its code (全国地方公共団体コード, six digits)
    #[arg(long, value_name = "CODE")]
    pub municipality: Option<String>,
    /// The log-in name of the first administrator
    #[arg(long, default_value = "admin", value_name = "LOGIN")]
    pub admin: String,
}

/// Where a server listens and whom it trusts.
#[derive(Debug, Args, Clone)]
pub struct Listen {
    /// The address to listen on; 0.0.0.0 for every network
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub address: IpAddr,
    /// The port to listen on
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}

/// Open the city to browsers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba serve
  yakuba serve --address 0.0.0.0 --host www.city.midori.lg.jp --trusted-proxy 10.0.0.0/8
  yakuba serve --city www.city.midori.lg.jp=/srv/midori --city dx.town.kita.lg.jp=/srv/kita")]
pub struct Serve {
    /// Where to listen.
    #[command(flatten)]
    pub listen: Listen,
    /// A proxy in front, by address or network; only its X-Forwarded-For is believed
    #[arg(
        long = "trusted-proxy",
        value_name = "NETWORK",
        env = "YAKUBA_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<crate::server::Network>,
    /// A host name of the city; without one it answers to every name
    #[arg(
        long = "host",
        value_name = "NAME",
        env = "YAKUBA_HOST",
        value_delimiter = ','
    )]
    pub hosts: Vec<String>,
    /// A further city: its host name, and its data folder or database address
    #[arg(long = "city", value_name = "NAME=PLACE")]
    pub cities: Vec<String>,
    /// Who may read /metrics, beside this machine
    #[arg(long = "metrics-from", value_name = "NETWORK", value_delimiter = ',')]
    pub metrics_from: Vec<crate::server::Network>,
}

/// Write the whole city into one file.
#[derive(Debug, Args)]
#[command(after_help = "\
The file is a zip archive: tables/*.jsonl and a manifest with a hash of each table.
The city's key (city.key) is left out unless asked for: keep a copy of it elsewhere.

Examples:
  yakuba backup midori-2026-04-01.yakuba")]
pub struct Backup {
    /// The file to write; it must not exist
    pub file: PathBuf,
    /// Put the key that opens encrypted columns into the file, too
    #[arg(long)]
    pub include_key: bool,
}

/// Make a city from a backup.
#[derive(Debug, Args)]
#[command(after_help = "\
Every hash is checked first; the audit log and all facts are checked afterwards.

Examples:
  yakuba --data ./restored restore midori.yakuba
  yakuba --database-url postgres://yakuba@db/cities?schema=midori restore midori.yakuba")]
pub struct Restore {
    /// A file that `yakuba backup` wrote
    pub file: PathBuf,
    /// Replace the city that is there; it is kept beside the new one
    #[arg(long)]
    pub replace: bool,
}

/// Look after the audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Compute every hash of the audit log again and report the first line that was changed or removed
    Verify,
}

/// For tests of the program itself.
#[derive(Debug, Subcommand)]
pub enum Debug {
    /// Write facts without end and print the number of each when it is acknowledged
    WriteFacts {
        /// How many write at once
        #[arg(long, default_value_t = 4)]
        writers: u32,
        /// Told apart from other runs by this
        #[arg(long)]
        run: String,
    },
    /// Print the keys of the facts of a run and recount
    CheckFacts {
        /// The run
        #[arg(long)]
        run: String,
    },
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One row per figure
    Csv,
    /// The whole plan for programs
    Json,
    /// One row per figure, for spreadsheets
    Xlsx,
    /// The whole plan for people; goes back in unchanged
    Yaml,
}
