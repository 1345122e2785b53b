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
  YAKUBA_LOG=info                    what is logged; YAKUBA_LOG_FORMAT=json for machines
  YAKUBA_SMTP_URL, YAKUBA_MAIL_FROM  the mail server and the sender of mail, such as
                                     smtps://name:password@mail.city.example.jp; without a server mail
                                     is kept and shown to administrators on /desk/mail
  YAKUBA_CLAMD=tcp://127.0.0.1:3310  the virus scanner (clamd, or unix:/run/clamav/clamd.ctl) for files that
                                     residents send; when it does not answer, no file is taken
  YAKUBA_PICTURE_DETECTOR=PATH       a program that finds faces and number plates in pictures of reports
                                     (docs/reports.md); without it staff alone look for them"
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
    /// Look around in a made-up city with people, a plan and five years of facts
    Demo(Listen),
    /// Make a new city
    Init(Init),
    /// Open the city to browsers
    Serve(Serve),
    /// Import, export, publish and check plans
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Check, bring in and take out procedures and the inventory
    #[command(subcommand)]
    Procedures(ProceduresCommand),
    /// Bring in the table of postal codes that forms fill addresses in from
    #[command(subcommand)]
    PostalCodes(PostalCodesCommand),
    /// Bring in the addresses with their positions that the map and forms look places up in
    #[command(subcommand)]
    Addresses(AddressesCommand),
    /// Check, bring in and take out surveys and their results
    #[command(subcommand)]
    Surveys(SurveysCommand),
    /// Check, bring in and take out what residents can report
    #[command(subcommand)]
    Reports(ReportsCommand),
    /// Open and close a disaster, and bring the shelters in
    #[command(subcommand)]
    Disaster(DisasterCommand),
    /// Keep registers of cameras, AEDs and other equipment: their kinds as files, their entries as tables
    #[command(subcommand)]
    Assets(AssetsCommand),
    /// Check, bring in and take out facilities that can be booked
    #[command(subcommand)]
    Booking(BookingCommand),
    /// Check lotteries of bookings, and take them out
    #[command(subcommand)]
    Lottery(LotteryCommand),
    /// Say where maps begin and what lies under them
    Map(Map),
    /// Try out on a copy what this machine can carry when booking opens
    CapacityTest(CapacityTest),
    /// Check and mend open data against the national datasets and the rules of machine readability
    #[command(subcommand)]
    Opendata(OpendataCommand),
    /// Bring in facts from a file
    #[command(subcommand)]
    Facts(FactsCommand),
    /// Say what other systems count
    #[command(subcommand)]
    Measure(MeasureCommand),
    /// Give other systems access
    #[command(subcommand)]
    Token(TokenCommand),
    /// Let somebody of the staff in again who lost their password or their devices
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bring in personnel changes, such as the April transfer
    #[command(subcommand)]
    Personnel(PersonnelCommand),
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

/// Try out what this machine can carry.
#[derive(Debug, Args)]
#[command(after_help = "\
The city is copied into a temporary folder (on PostgreSQL: a schema of its own, which is dropped afterwards), the copy is
served on this machine, and made-up residents rush for times through the real pages. The city itself is only read, and no
mail is sent. Run it on the machine that will serve, before the opening day (docs/rush.md).

Exit code 3: an error, a resident out of time, a place taken twice or a booking lost.

Examples:
  yakuba capacity-test
  yakuba capacity-test --residents 2000 --units 500 --seconds 120")]
pub struct CapacityTest {
    /// How many residents come at the same moment
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub residents: u32,
    /// For how many places they come, rounded up to a multiple of 16
    #[arg(long, default_value_t = 160, value_parser = clap::value_parser!(u32).range(1..=16_000))]
    pub units: u32,
    /// After so many seconds nobody begins anew
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub seconds: u32,
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
  yakuba serve --city www.city.midori.lg.jp=/srv/midori --city dx.town.kita.lg.jp=/srv/kita
  yakuba serve --cities /etc/yakuba/cities.yaml

Several cities in one server: each has its own data folder and database, made with `yakuba init`, and a request finds
its city by its host name. Nothing is shared between them: no page, account, token or file. The file of --cities:

  cities:
    - hosts: [www.city.midori.lg.jp, midori.lg.jp]   # the first one is its address
      data: /srv/midori                              # relative to this file
    - hosts: [dx.town.kita.lg.jp]
      data: /srv/kita                                # the city's key is here
      database_url: postgres://yakuba@db/cities?schema=kita

Settings in the environment that belong to one city (YAKUBA_PUBLIC_URL, YAKUBA_OIDC_…) are those of the city in --data.")]
pub struct Serve {
    /// Where to listen.
    #[command(flatten)]
    pub listen: Listen,
    /// A proxy in front, by address or network; only its X-Forwarded-For is believed
    #[arg(
        long = "trusted-proxy",
        value_name = "NETWORK",
        env = "YAKUBA_TRUSTED_PROXIES",
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
    /// A further city: its host name and its data folder
    #[arg(long = "city", value_name = "NAME=DIR")]
    pub cities: Vec<String>,
    /// A file that lists further cities (see below)
    #[arg(long = "cities", value_name = "FILE", env = "YAKUBA_CITIES")]
    pub cities_file: Option<PathBuf>,
    /// What happens when too many come at once.
    #[command(flatten)]
    pub waiting_room: WaitingOptions,
    /// Who may read /metrics, beside this machine
    #[arg(long = "metrics-from", value_name = "NETWORK", value_delimiter = ',')]
    pub metrics_from: Vec<crate::server::Network>,
}

/// The waiting room, which is off without `--waiting-room`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Waiting room (docs/rush.md)")]
pub struct WaitingOptions {
    /// People served at once; who comes beyond that waits in a fair line. 0 or nothing: nobody waits
    #[arg(
        long = "waiting-room",
        value_name = "PEOPLE",
        env = "YAKUBA_WAITING_ROOM"
    )]
    pub at_once: Option<usize>,
    /// The pages before which people wait, by the beginning of their addresses
    #[arg(
        long = "waiting-room-path",
        value_name = "PATH",
        env = "YAKUBA_WAITING_ROOM_PATHS",
        value_delimiter = ',',
        default_value = "/booking,/procedures"
    )]
    pub paths: Vec<String>,
    /// The opening moment in Japan, such as 2026-12-01T09:00: who waits before it is put into a random order at it
    #[arg(
        long = "waiting-room-opens",
        value_name = "MOMENT",
        env = "YAKUBA_WAITING_ROOM_OPENS"
    )]
    pub opens: Option<String>,
    /// How much of the number is kept for people at the counter and on the telephone, in hundredths
    #[arg(
        long = "waiting-room-reserved",
        value_name = "PERCENT",
        env = "YAKUBA_WAITING_ROOM_RESERVED",
        default_value_t = 20,
        value_parser = clap::value_parser!(u8).range(0..=90)
    )]
    pub reserved: u8,
    /// After so many minutes without a page somebody is no longer inside
    #[arg(
        long = "waiting-room-minutes",
        value_name = "MINUTES",
        env = "YAKUBA_WAITING_ROOM_MINUTES",
        default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(1..=120)
    )]
    pub minutes: u16,
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

/// Import, export, publish and check plans.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Read a city's sheets (XLSX, CSV, TSV) or a plan file (YAML, JSON) into a plan
    Import(PlanImport),
    /// Write a plan out
    Export(PlanExport),
    /// List the plans
    List,
    /// Publish the present state of a plan as a new version
    Publish(PlanPublish),
    /// Count all facts again and compare with the sums
    Recount,
}

/// Read a city's sheets or a plan file into a plan.
#[derive(Debug, Args)]
#[command(after_help = "\
Every cell is kept as it stands beside what was understood. What is doubted goes on a review list with the reason;
nothing is guessed silently, nothing is dropped. The same file twice changes nothing.

Examples:
  yakuba plan import 進捗管理シート.xlsx --plan midori-2024 --dry-run
  yakuba plan import 令和5年度.csv 令和6年度.csv --plan midori-2024")]
pub struct PlanImport {
    /// The files; several become one plan
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The plan's key in addresses: letters a–z, digits, hyphens
    #[arg(long, value_name = "KEY")]
    pub plan: String,
    /// Exit with code 3 when a person must review something
    #[arg(long)]
    pub strict: bool,
    /// Show what would change and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The plan's title, when the sheet does not say it
    #[arg(long)]
    pub title: Option<String>,
    /// It is another city's plan, to compare with
    #[arg(long)]
    pub neighbour: bool,
}

/// Write a plan out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba plan export midori-2024 --format csv > figures.csv
  yakuba plan export midori-2024 --format yaml --output midori.yaml")]
pub struct PlanExport {
    /// The plan's key
    pub key: String,
    /// The form
    #[arg(long, value_enum, default_value = "csv")]
    pub format: Format,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Publish a plan.
#[derive(Debug, Args)]
pub struct PlanPublish {
    /// The plan's key
    pub key: String,
    /// Why it is published; residents read it
    #[arg(long)]
    pub reason: String,
}

/// Check, bring in and take out procedures and the inventory.
#[derive(Debug, Subcommand)]
pub enum ProceduresCommand {
    /// Look files of procedures over: what must be mended and what somebody should look at
    Check(ProcedureFiles),
    /// Bring procedures in from files, as drafts or live from a day; the same file twice changes nothing
    Import(ProcedureImport),
    /// Write a procedure out as a file
    Export(ProcedureExport),
    /// List the procedures with their drafts and live versions
    List,
    /// Print the JSON Schema of these files, for editors
    Schema,
    /// Bring in the files of the life-event navigator: events, and where departments receive visitors
    Guide(GuideFiles),
    /// The inventory (棚卸) of all procedures, online or not
    #[command(subcommand)]
    Inventory(InventoryCommand),
}

/// Look files of procedures over.
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no city. Exit code 3 when something must be mended before the procedure can go live.

Examples:
  yakuba procedures check 犬の登録.yaml")]
pub struct ProcedureFiles {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Bring procedures in from files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba procedures import 犬の登録.yaml
  yakuba procedures import content/procedures/*.yaml --live-from 2027-04-01")]
pub struct ProcedureImport {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The day from which they are live, today or later; drafts when left out
    #[arg(long, value_name = "DAY")]
    pub live_from: Option<jiff::civil::Date>,
}

/// Bring in the files of the life-event navigator.
#[derive(Debug, Args)]
#[command(after_help = "\
A file takes the place of the one with its key; the same file twice changes nothing.

Examples:
  yakuba procedures guide content/life-events/*.yaml")]
pub struct GuideFiles {
    /// The files (YAML): yakuba-life-event/1 or yakuba-desks/1
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Write a procedure out as a file.
#[derive(Debug, Args)]
pub struct ProcedureExport {
    /// The procedure's key
    pub key: String,
    /// The version's number; the newest, a draft too, when left out
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<i64>,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Say where maps begin and what lies under them; without options only show it.
#[derive(Debug, Args)]
#[command(after_help = "\
A file base.pmtiles in the data folder is the base map of a city without the internet: the layers of Protomaps and of OpenMapTiles are
drawn, and archives of pictures. Without it the tiles of a server are used when one is named here; browsers then ask that server, and the
pages' security policy lets them ask it and no other. Without either the ground is plain and shows the city's outline.

Examples:
  yakuba map
  yakuba map --centre 34.7594,135.5168,13 --outline border.geojson
  yakuba map --tiles https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png --attribution 地理院タイル
  yakuba map --no-tiles
  yakuba map layers import content/map/layers.yaml")]
#[command(args_conflicts_with_subcommands = true)]
pub struct Map {
    /// What else.
    #[command(subcommand)]
    pub command: Option<MapCommand>,
    /// Where maps begin: latitude, longitude, zoom (4 to 19)
    #[arg(long, value_name = "LAT,LON,ZOOM")]
    pub centre: Option<String>,
    /// The city's border: GeoJSON with polygons
    #[arg(long, value_name = "FILE")]
    pub outline: Option<PathBuf>,
    /// A server of map tiles (pictures of 256 pixels)
    #[arg(long, value_name = "URL", requires = "attribution")]
    pub tiles: Option<String>,
    /// Whose the tiles are, shown under every map
    #[arg(long, value_name = "TEXT", requires = "tiles")]
    pub attribution: Option<String>,
    /// The largest zoom that the server has tiles of
    #[arg(long, value_name = "ZOOM", default_value_t = 18)]
    pub tiles_to: u8,
    /// Use no server of tiles any more
    #[arg(long, conflicts_with = "tiles")]
    pub no_tiles: bool,
}

/// What a map shows.
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// Bring in, write out and check the layers of the public map
    #[command(subcommand)]
    Layers(LayersCommand),
}

/// The layers of the public map.
#[derive(Debug, Subcommand)]
pub enum LayersCommand {
    /// Bring layers with their features into the city from a list; the same twice changes nothing
    Import(LayersImport),
    /// Write the layers with their own features into a folder, as `import` reads them
    Export(LayersExport),
    /// Read a list and the features beside it and say what is wrong; needs no city
    Check(LayersCheck),
}

/// Bring layers in from a list.
#[derive(Debug, Args)]
#[command(after_help = "\
The list is YAML (yakuba-map/1): for each layer what is said about it, who sees it, and its features as GeoJSON in the same folder or the
dataset of the catalogue that it shows; see content/map/layers.yaml and docs/maps.md. A layer that is there becomes as the list says, and
its features those of the file; features that are the same keep their numbers. All or nothing is written.

Examples:
  yakuba map layers import content/map/layers.yaml")]
pub struct LayersImport {
    /// The list
    pub file: PathBuf,
}

/// Write layers into a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba map layers export layers")]
pub struct LayersExport {
    /// The folder; it must not exist
    pub folder: PathBuf,
}

/// Check a list of layers.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 3 when something must be mended.

Examples:
  yakuba map layers check content/map/layers.yaml")]
pub struct LayersCheck {
    /// The list
    pub file: PathBuf,
}

/// Bring in the table of postal codes that forms fill addresses in from.
#[derive(Debug, Subcommand)]
pub enum PostalCodesCommand {
    /// Read the table from Japan Post's file; it takes the place of everything of the prefectures in it
    Import(PostalCodesImport),
}

/// Read the table from Japan Post's file.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes KEN_ALL.CSV (CP932) and utf_ken_all.csv (UTF-8), unpacked, of the whole country or of one prefecture, from
https://www.post.japanpost.jp/zipcode/download.html. Once a month is enough. Files of changes (ADD, DEL) are not read.

Examples:
  yakuba postal-codes import utf_ken_all.csv
  yakuba postal-codes import 27OSAKA.CSV --dry-run")]
pub struct PostalCodesImport {
    /// The file
    pub file: PathBuf,
    /// Read the file and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Bring it in although a prefecture would lose more than half of its entries
    #[arg(long)]
    pub anyway: bool,
}

/// Bring in the addresses with their positions.
#[derive(Debug, Subcommand)]
pub enum AddressesCommand {
    /// Read addresses from tables; they take the place of those of the same municipality and exactness
    Import(AddressesImport),
}

/// Read addresses from tables.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes CSV files of the address base registry (アドレス・ベース・レジストリ), unpacked, each table together with its positions, and any table
with latitude, longitude and an address. docs/maps.md says which headings are known.

Examples:
  yakuba addresses import mt_town_city272051.csv mt_town_pos_city272051.csv
  yakuba addresses import mt_rsdtdsp_rsdt_pref27.csv mt_rsdtdsp_rsdt_pos_pref27.csv --dry-run
  yakuba addresses import 住所一覧.csv")]
pub struct AddressesImport {
    /// The files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Read the files and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Bring them in although a municipality would lose more than half of its addresses
    #[arg(long)]
    pub anyway: bool,
}

/// The inventory (棚卸) of all procedures, online or not.
#[derive(Debug, Subcommand)]
pub enum InventoryCommand {
    /// Read the inventory from CSV, TSV or XLSX; the same file twice changes nothing
    Import(InventoryImport),
    /// Write the inventory out
    Export(InventoryExport),
    /// Compare the facts about the inventory with what is kept in it
    Check,
}

/// Read the inventory from a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Columns are recognised by their headings, in any order: 番号, 手続名, 担当課, 根拠法令, 押印, 対面, 紙の原本, 添付書類, 手数料,
オンライン開始日, オンライン化できない理由, 対象外の理由, 手続の記号, 台帳登録日, 廃止日, and counts such as 令和7年度 窓口.
What the file does not mention stays as it is.

Examples:
  yakuba procedures inventory import 手続の台帳.xlsx --dry-run")]
pub struct InventoryImport {
    /// The file
    pub file: PathBuf,
    /// Show what would change and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Write the inventory out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba procedures inventory export > 手続の台帳.csv
  yakuba procedures inventory export --format xlsx --output 手続の台帳.xlsx")]
pub struct InventoryExport {
    /// The form
    #[arg(long, value_enum, default_value = "csv")]
    pub format: SheetFormat,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    /// For programs and Excel: UTF-8 with a byte order mark
    Csv,
    /// For spreadsheets
    Xlsx,
}

/// Check, bring in and take out facilities that can be booked.
#[derive(Debug, Subcommand)]
pub enum BookingCommand {
    /// Look files of facilities over: what must be mended and what somebody should look at
    Check(FacilityFiles),
    /// Bring facilities in from files; the same file twice changes nothing, and no coming reservation loses its place
    Import(FacilityFiles),
    /// Write a facility out as a file
    Export(FacilityExport),
    /// List the facilities
    List,
    /// Print the JSON Schema of these files, for editors
    Schema,
}

/// Files of facilities.
#[derive(Debug, Args)]
#[command(after_help = "\
`check` needs no city; its exit code is 3 when something must be mended before it can be booked.

Examples:
  yakuba booking check 中央会館.yaml
  yakuba booking import content/facilities/*.yaml")]
pub struct FacilityFiles {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Write a facility out as a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba booking export chuo-kaikan > 中央会館.yaml")]
pub struct FacilityExport {
    /// The facility's key
    pub key: String,
}

/// Check lotteries of bookings, and take them out.
#[derive(Debug, Subcommand)]
pub enum LotteryCommand {
    /// Run the draw of a transcript again and say whether it holds. Needs no city and trusts none
    Verify(LotteryVerify),
    /// List the rounds
    List,
    /// Show a round
    Show(LotteryRound),
    /// Write out a round's transcript, or its frozen list before the draw
    Export(LotteryRound),
    /// Bring the value that decides a round: drand's signature
    Bring(LotteryBring),
}

/// Run the draw of a transcript again.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code is 0 when the draw holds and 3 when it does not. Compare the commitment with the one that was published before the
draw, or name it:

Examples:
  yakuba lottery verify transcript.txt
  yakuba lottery verify transcript.txt --commitment 6c1f…")]
pub struct LotteryVerify {
    /// The transcript
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The hash of the list that was published before the draw
    #[arg(long, value_name = "HASH")]
    pub commitment: Option<String>,
}

/// A round.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba lottery show 12
  yakuba lottery export 12 > transcript.txt")]
pub struct LotteryRound {
    /// The round's number, as in `yakuba lottery list`
    pub round: i64,
}

/// Bring the value that decides a round.
#[derive(Debug, Args)]
#[command(after_help = "\
The signature is checked with the network's public key; only the one value of the round that was fixed is taken.

Examples:
  yakuba lottery bring 12 \"$(curl -s https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/24000000 | jq -r .signature)\"")]
pub struct LotteryBring {
    /// The round's number, as in `yakuba lottery list`
    pub round: i64,
    /// The signature, 96 hexadecimal digits
    pub signature: String,
}

/// Check, bring in and take out what residents can report.
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Look files of categories over: what must be mended and what somebody should look at
    Check(ReportFiles),
    /// Bring the categories in from a file; what it leaves out is closed, and the same file twice changes nothing
    Import(ReportFile),
    /// Write the categories out as a file
    Export(ReportExport),
}

/// Files of categories.
#[derive(Debug, Args)]
#[command(after_help = "\
`check` needs no city; its exit code is 3 when something must be mended.

Example:
  yakuba reports check content/reports/categories.yaml")]
pub struct ReportFiles {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// A file of categories.
#[derive(Debug, Args)]
pub struct ReportFile {
    /// The file (YAML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Write the categories out as a file.
#[derive(Debug, Args)]
pub struct ReportExport {
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Open and close a disaster, and bring the shelters in.
#[derive(Debug, Subcommand)]
pub enum DisasterCommand {
    /// Open a disaster: its name and notice stand on the front page from then on
    Open(DisasterOpen),
    /// Close a disaster; shelters and roads stay as they are
    Close(DisasterClose),
    /// List disasters, open shelters and closed roads
    Status,
    /// Bring shelters in from the national dataset of places of refuge; known numbers are changed, others added
    Shelters(ShelterFile),
}

/// Open a disaster.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  yakuba disaster open --kind flood --name 台風第15号による大雨 --name-en 'Typhoon 15' --notice 川に近づかないでください。")]
pub struct DisasterOpen {
    /// flood, landslide, storm_surge, earthquake, tsunami, fire, inland_flood, volcano, storm, snow or other
    #[arg(long)]
    pub kind: String,
    /// What it is called, in Japanese
    #[arg(long)]
    pub name: String,
    /// What it is called, in easy Japanese
    #[arg(long)]
    pub name_easy: Option<String>,
    /// What it is called, in English
    #[arg(long)]
    pub name_en: Option<String>,
    /// What everybody should know, in Japanese
    #[arg(long)]
    pub notice: Option<String>,
    /// What everybody should know, in easy Japanese
    #[arg(long)]
    pub notice_easy: Option<String>,
    /// What everybody should know, in English
    #[arg(long)]
    pub notice_en: Option<String>,
}

/// Close a disaster.
#[derive(Debug, Args)]
pub struct DisasterClose {
    /// Its number, as `yakuba disaster status` lists it
    #[arg(value_name = "NUMBER")]
    pub number: i64,
}

/// Bring shelters in.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  yakuba disaster shelters content/opendata/069990_evacuation_space.csv")]
pub struct ShelterFile {
    /// The table (CSV or XLSX) with the columns of the national dataset 指定緊急避難場所一覧
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take places of refuge that are no shelters (指定避難所との重複) too
    #[arg(long)]
    pub all: bool,
}

/// Keep registers of equipment.
#[derive(Debug, Subcommand)]
pub enum AssetsCommand {
    /// The kinds of equipment, as files
    #[command(subcommand)]
    Kinds(AssetKindsCommand),
    /// Bring a register in from a table (CSV or XLSX), whole or not at all; known numbers are changed, others added
    Import(AssetImport),
    /// Write a register out as a table
    Export(AssetExport),
    /// The MQTT broker that devices report to
    #[command(subcommand)]
    Broker(AssetBrokerCommand),
    /// Let devices that do not exist report, to try rules before the real ones come
    Simulate(AssetSimulate),
}

/// The MQTT broker of the city.
#[derive(Debug, Subcommand)]
pub enum AssetBrokerCommand {
    /// Set the broker, in place of the one before; a running server listens to it within seconds
    Set(AssetBrokerSet),
    /// Tell which broker is set and how listening goes
    Show,
    /// Listen to no broker any more
    Off,
}

/// How a broker is reached.
#[derive(Debug, Args)]
pub struct AssetBrokerAccess {
    /// As whom to sign in
    #[arg(long, value_name = "NAME", requires = "password_file")]
    pub user: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The certificate of the authority that signed the broker's (PEM); those that the machine trusts when left out
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// What all topics begin with
    #[arg(long, value_name = "TOPIC", default_value = "yakuba")]
    pub prefix: String,
}

/// Set the broker.
#[derive(Debug, Args)]
#[command(after_help = "\
The password is kept encrypted under the city's key. Devices send their keys in their messages: without encryption (mqtt://) only on the
same machine, or with --plain where the network is closed.

Example:
  yakuba assets broker set --address mqtts://broker.example.jp --user yakuba --password-file broker.password")]
pub struct AssetBrokerSet {
    /// Its address, such as mqtts://broker.example.jp:8883
    #[arg(long, value_name = "URL")]
    pub address: String,
    /// Who signs in, and whom to believe
    #[command(flatten)]
    pub access: AssetBrokerAccess,
    /// Connect without encryption to another machine
    #[arg(long)]
    pub plain: bool,
}

/// Let made-up devices report.
#[derive(Debug, Args)]
#[command(after_help = "\
The devices get the numbers SIM-0001, SIM-0002, … in the register, are in service while they report, and out of service with their keys ended
afterwards. They count in figures while they are in service: try rules in a city of your own, not in the one that residents see.

Example:
  yakuba assets simulate camera --devices 50 --to http://localhost:8080 --minutes 30 --silent 3")]
pub struct AssetSimulate {
    /// The kind's key
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// How many devices
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=9_999))]
    pub devices: u32,
    /// Where they report to: http(s)://… or mqtt(s)://…
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Who signs in, and whom to believe
    #[command(flatten)]
    pub access: AssetBrokerAccess,
    /// For how many minutes
    #[arg(long, default_value_t = 60)]
    pub minutes: u32,
    /// How many of them fall silent
    #[arg(long, default_value_t = 1)]
    pub silent: u32,
    /// The same number makes the same devices
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// The kinds of equipment.
#[derive(Debug, Subcommand)]
pub enum AssetKindsCommand {
    /// Look files of kinds over: what must be mended and what somebody should look at
    Check(AssetKindFiles),
    /// List the kinds of the city
    List,
    /// Bring kinds in from files; the same file twice changes nothing
    Import(AssetKindFiles),
    /// Write a kind out as a file
    Export(AssetKindExport),
    /// Print the JSON Schema of these files, for editors
    Schema,
}

/// Files of kinds.
#[derive(Debug, Args)]
#[command(after_help = "\
`check` needs no city; its exit code is 3 when something must be mended.

Example:
  yakuba assets kinds check content/assets/kinds/*.yaml")]
pub struct AssetKindFiles {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Write a kind out as a file.
#[derive(Debug, Args)]
pub struct AssetKindExport {
    /// The kind's key
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A table of equipment.
#[derive(Debug, Args)]
#[command(after_help = "\
The first row holds the headings that `yakuba assets export` writes. Every wrong cell is told by row and column; then nothing is brought in.

Example:
  yakuba assets import camera cameras.csv")]
pub struct AssetImport {
    /// The kind's key
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// The table (CSV or XLSX)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Write a register out as a table.
#[derive(Debug, Args)]
pub struct AssetExport {
    /// The kind's key
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// The file to write, CSV or XLSX by its name; the standard output (CSV) when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Check, bring in and take out surveys and their results.
#[derive(Debug, Subcommand)]
pub enum SurveysCommand {
    /// Look files of surveys over: what must be mended and what somebody should look at
    Check(SurveyFiles),
    /// Bring surveys in from files, as drafts or as corrections of an open survey's texts; the same file twice changes nothing
    Import(SurveyFiles),
    /// Write a survey out as a file
    Export(SurveyExport),
    /// List the surveys
    List,
    /// Write the results out, small counts hidden as on every page
    Results(SurveyResults),
    /// Print the JSON Schema of these files, for editors
    Schema,
}

/// Files of surveys.
#[derive(Debug, Args)]
#[command(after_help = "\
`check` needs no city; its exit code is 3 when something must be mended before the survey can open.

Examples:
  yakuba surveys check 公園のアンケート.yaml
  yakuba surveys import content/surveys/*.yaml")]
pub struct SurveyFiles {
    /// The files (YAML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Write a survey out as a file.
#[derive(Debug, Args)]
pub struct SurveyExport {
    /// The survey's key
    pub key: String,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Write the results of a survey out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba surveys results residents-digital-2026 > 結果.csv
  yakuba surveys results residents-digital-2026 --filter age_group.s30
  yakuba surveys results residents-digital-2026 --cross age_group used_online --format xlsx --output 結果.xlsx")]
pub struct SurveyResults {
    /// The survey's key
    pub key: String,
    /// Only people with this answer: question.answer
    #[arg(long, value_name = "ANSWER")]
    pub filter: Option<String>,
    /// A table of two questions (of a question with several answers: question.answer)
    #[arg(long, num_args = 2, value_names = ["ROWS", "COLUMNS"], conflicts_with = "filter")]
    pub cross: Vec<String>,
    /// The form
    #[arg(long, value_enum, default_value = "csv")]
    pub format: SheetFormat,
    /// The file to write; the standard output when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Check and mend open data.
#[derive(Debug, Subcommand)]
pub enum OpendataCommand {
    /// Look files over: which national dataset they are, what is wrong in which row, how to mend it
    Check(OpendataCheck),
    /// Mend what can only mean one thing, list every change, and write the file as the standard wants it
    Repair(OpendataRepair),
    /// List the national datasets that are known
    Datasets,
    /// Bring datasets with their files into the city from a list; the same twice changes nothing
    Import(OpendataImport),
    /// Take a CSV or TSV file of any length as a new version of a dataset's file
    Add(OpendataAdd),
    /// Add files of a dataset by a list of addresses, as links or as copies that are fetched
    Links(OpendataLinks),
    /// Fetch the files now that are fetched from other sites
    Fetch(OpendataFetch),
    /// Say which servers that are not on the public internet files may be fetched from
    Hosts(OpendataHosts),
    /// Write the published catalogue into a folder that any web server can serve while the program is down
    Mirror(OpendataMirror),
    /// List what datasets can be made from without files: the services' records and the map's layers
    Sources,
    /// Make the datasets anew that are made from the city's records, as the program does every night
    Make(OpendataMake),
}

/// Make datasets anew.
#[derive(Debug, Args)]
#[command(after_help = "\
Only what changed becomes a new version. A dataset gets its source at the desk (オープンデータ → 市の記録から作る) or from a list (`source:`).

Examples:
  yakuba opendata make
  yakuba opendata make facility_use")]
pub struct OpendataMake {
    /// The datasets' keys; none: all that have a source
    pub datasets: Vec<String>,
}

/// Add files by their addresses.
#[derive(Debug, Args)]
#[command(after_help = "\
The list has a title, an address and the kind of file on each line, with commas or tabs between, in any Japanese charset; the address alone is enough. At most 200.
An address that the dataset has already is passed over. Copies are fetched at once, and again by the dataset's update rhythm; what did not change makes no version.

Examples:
  yakuba opendata links hospitals 病院の一覧.csv
  yakuba opendata links hospitals 病院の一覧.csv --copy")]
pub struct OpendataLinks {
    /// The dataset's key
    pub dataset: String,
    /// The list
    pub list: PathBuf,
    /// Fetch the files and publish copies instead of links
    #[arg(long)]
    pub copy: bool,
}

/// Fetch files from other sites.
#[derive(Debug, Args)]
#[command(after_help = "\
The program does the same by itself, by each dataset's update rhythm. Exit code 3 when a file did not come.

Examples:
  yakuba opendata fetch
  yakuba opendata fetch hospitals")]
pub struct OpendataFetch {
    /// The datasets' keys; none: all that have such files
    pub datasets: Vec<String>,
}

/// Servers of the own network.
#[derive(Debug, Args)]
#[command(after_help = "\
Addresses come from members of staff: without a name here nothing is fetched from servers that are not on the public internet, whatever their names resolve to.

Examples:
  yakuba opendata hosts
  yakuba opendata hosts --allow gis.city.midori.lg.jp
  yakuba opendata hosts --forbid gis.city.midori.lg.jp")]
pub struct OpendataHosts {
    /// Allow a server, by its name or address as it stands in addresses of files
    #[arg(long, value_name = "NAME")]
    pub allow: Vec<String>,
    /// Allow it no more
    #[arg(long, value_name = "NAME")]
    pub forbid: Vec<String>,
}

/// Write the catalogue into a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder is the root of a web site: /data and everything below it, every file in every form and version, the feeds, DCAT, data.json and those of CKAN's
actions that take no parameters. Search and filters need the program. A mirror that is there is replaced as a whole; nothing else is.

Examples:
  yakuba opendata mirror /srv/mirror --host www.city.midori.lg.jp")]
pub struct OpendataMirror {
    /// The folder
    pub folder: PathBuf,
    /// The host name that links carry
    #[arg(long, default_value = "localhost", value_name = "NAME")]
    pub host: String,
}

/// Bring datasets in from a list.
#[derive(Debug, Args)]
#[command(after_help = "\
The list is YAML (yakuba-opendata/1) and names for each dataset what is said about it and its files, which lie in the same folder; see
content/opendata/catalogue.yaml. Files are taken as they are, in the standard's charset.

Examples:
  yakuba opendata import content/opendata/catalogue.yaml --publish")]
pub struct OpendataImport {
    /// The list
    pub file: PathBuf,
    /// Show the datasets to everybody at once
    #[arg(long)]
    pub publish: bool,
}

/// Take one long file.
#[derive(Debug, Args)]
#[command(after_help = "\
The file is read piece by piece and never held as a whole, in any Japanese charset: at most 4 GB, 5,000,000 rows, 200 columns and 100,000,000 cells. It is taken
as it stands; of the rules of open data only its first 20,000 rows are checked. Readers see it when its last row is written. The same file again changes nothing.

Examples:
  yakuba opendata add street_lights 街灯.csv --file 1
  yakuba opendata add street_lights 街灯2026.csv --title 街灯（令和8年度）")]
pub struct OpendataAdd {
    /// The dataset's key
    pub dataset: String,
    /// The file
    pub path: PathBuf,
    /// The number of the dataset's file of which it is a new version; without it a new file
    #[arg(long, value_name = "NUMBER")]
    pub file: Option<i64>,
    /// What a new file is called; without it as the file itself
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub title: Option<String>,
    /// What is new, for readers
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// Look files of open data over.
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no city. Reads CSV, TSV and XLSX in any Japanese charset, GeoJSON, and Shapefiles as zip files; of shapes it says where borders of areas cross themselves. The dataset is recognised by the headers; a file's name such as
272051_aed.csv decides between equals. Rules that begin with L are those of 行政データにおける機械可読性に関するルール; those that a
file alone does not show are named at the end.

Exit code 3 when something must be mended.

Examples:
  yakuba opendata check 272051_public_toilet.csv
  yakuba opendata check 避難場所.xlsx --dataset evacuation_space --area 34.73,135.47,34.84,135.56
  yakuba opendata check 浸水想定区域.geojson 学区.zip
  yakuba opendata check *.csv --json > findings.json")]
pub struct OpendataCheck {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What they are compared with.
    #[command(flatten)]
    pub against: OpendataAgainst,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// Mend a file of open data.
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no city. Mended are charset, byte order mark, line ends, widths, headers' spelling, days (eras, Excel's numbers), times, codes whose
check digit proves a lost zero, latitude and longitude that changed places. Nothing is guessed; what a person must mend is
told at the end, with exit code 3.

Examples:
  yakuba opendata repair 公衆トイレ.xlsx -o 272051_public_toilet.csv")]
pub struct OpendataRepair {
    /// The file
    pub file: PathBuf,
    /// The file to write; it must not exist
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// What it is compared with.
    #[command(flatten)]
    pub against: OpendataAgainst,
    /// Print the changes as JSON
    #[arg(long)]
    pub json: bool,
}

/// What files of open data are compared with.
#[derive(Debug, Args)]
pub struct OpendataAgainst {
    /// The dataset, as in `yakuba opendata datasets`; recognised by the headers when left out
    #[arg(long, value_name = "SLUG")]
    pub dataset: Option<String>,
    /// Where all places lie, in decimal degrees: SOUTH,WEST,NORTH,EAST
    #[arg(long, value_name = "AREA", value_parser = area)]
    pub area: Option<yakuba_places::model::check::Area>,
}

fn area(text: &str) -> Result<yakuba_places::model::check::Area, String> {
    text.parse()
}

/// Bring in facts from a file.
#[derive(Debug, Subcommand)]
pub enum FactsCommand {
    /// Read facts from CSV, TSV or XLSX; the same file twice counts once
    Import(FactsImport),
}

/// Read facts from a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Columns, in any order: measure, date, and as needed department, channel, subject, quantity, record, key.

Examples:
  yakuba facts import 令和6年6月.csv --source 公共施設予約システム")]
pub struct FactsImport {
    /// The file
    pub file: PathBuf,
    /// The system the facts come from
    #[arg(long, value_name = "SYSTEM")]
    pub source: Option<String>,
    /// Read and check, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Say what other systems count.
#[derive(Debug, Subcommand)]
pub enum MeasureCommand {
    /// Register something that another system counts
    Add(MeasureAdd),
    /// List everything that is counted
    List,
}

/// Register something that another system counts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba measure add facility.reserved --unit 件 --name-ja 施設の予約 --name-en \"Facility reservations\"")]
pub struct MeasureAdd {
    /// System and what it counts: facility.reserved
    pub name: String,
    /// Whether quantities add up over a year, stand, or the largest matters
    #[arg(long, value_enum, default_value = "flow")]
    pub kind: Kind,
    /// The unit in Japanese
    #[arg(long, default_value = "件")]
    pub unit: String,
    /// The name in Japanese
    #[arg(long)]
    pub name_ja: String,
    /// The name in English
    #[arg(long)]
    pub name_en: Option<String>,
}

/// What the quantities of a measure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Something that happens: adds up over a year
    Flow,
    /// Something that stands: additions and removals
    Stock,
    /// Something whose largest value matters
    Extent,
}

/// Give other systems access.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make an access token with which a system may post facts
    Add(TokenAdd),
}

/// Make an access token.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba token add 公共施設予約システム --measure facility.reserved --measure facility.hours_used")]
pub struct TokenAdd {
    /// The system's name; it stands beside the facts
    pub system: String,
    /// A measure it may record
    #[arg(long = "measure", value_name = "NAME", required = true)]
    pub measures: Vec<String>,
    /// The last day on which it counts, such as 2027-03-31
    #[arg(long, value_name = "DAY")]
    pub until: Option<jiff::civil::Date>,
}

/// Accounts of the staff.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Give an account a new password for one log-in, and take its second factors and log-ins away
    Reset(AccountReset),
}

/// Let somebody in again.
#[derive(Debug, Args)]
#[command(after_help = "\
Whoever may run this holds the city's data folder: it is for the last administrator who lost their phone. Others are let in again by an
administrator in the browser, under 職員と権限 → アカウント. The server may go on running. It stands in the audit log.

Examples:
  yakuba account reset admin")]
pub struct AccountReset {
    /// The log-in name
    pub login: String,
}

/// Bring in personnel changes.
#[derive(Debug, Subcommand)]
pub enum PersonnelCommand {
    /// Read personnel changes from a file; each takes effect on its day
    Import(PersonnelImport),
}

/// Read personnel changes from a file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  yakuba personnel import 令和9年4月異動.csv --dry-run")]
pub struct PersonnelImport {
    /// The file (CSV, TSV, XLSX)
    pub file: PathBuf,
    /// Show what would change and write nothing
    #[arg(long)]
    pub dry_run: bool,
}
