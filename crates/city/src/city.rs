//! One municipality at run time.

use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
};

use futures::future::BoxFuture;
use jiff::{Timestamp, civil::Date};
use sea_orm::{DatabaseConnection, FromQueryResult};
use yakuba_kernel::MeasureName;

use crate::{
    audit::Actor,
    clock::Clock,
    database::{self, DatabaseUrl, Durability},
    desk_work::{DeskWork, FindDeskWork},
    equipment::{Mentions, Registers},
    errands::Errands,
    error::CityError,
    jobs::JobKind,
    key::CityKey,
    measure::{MeasureDefinition, MeasureKind},
    migration::{self, Migration},
    named_places::{FindPlaces, NamedPlace},
    open_tables::OpenTable,
    own_records::{FindOwnRecords, OwnRecords},
    service::{Interface, Service, SubjectNames, SubjectPage},
    shared_layers::{ShareLayers, SharedLayer},
    slots::Slots,
    sql::Sql as _,
    tx::Tx,
    web::Principal,
    writer::Writer,
};

/// How a city is opened.
#[derive(Debug, Clone)]
pub struct CitySettings {
    /// Where its database is.
    pub database: DatabaseUrl,
    /// Where its key and other files are.
    pub data_directory: PathBuf,
    /// Where it takes its time from.
    pub clock: Clock,
    /// How many connections read at once, at least 1.
    pub readers: u32,
    /// What a write that was acknowledged survives.
    pub durability: Durability,
}

impl CitySettings {
    /// A city in one data directory: SQLite in `yakuba.sqlite`, the machine's clock, four readers, writes that survive a loss of power.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        let data_directory = directory.into();
        Self {
            database: DatabaseUrl::Sqlite(data_directory.join("yakuba.sqlite")),
            data_directory,
            clock: Clock::system(),
            readers: 4,
            durability: Durability::PowerLoss,
        }
    }
}

/// Everything of one municipality: its database, its clock, its services' measures and jobs. Cheap to clone.
#[derive(Clone)]
pub struct City(Arc<Inner>);

struct Inner {
    read: DatabaseConnection,
    writer: Writer,
    clock: Clock,
    registry: Arc<Registry>,
    jobs: Vec<JobKind>,
    database: DatabaseUrl,
    data_directory: PathBuf,
    key: OnceLock<CityKey>,
    state: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl std::fmt::Debug for City {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("City")
            .field("database", &self.0.database)
            .finish_non_exhaustive()
    }
}

/// What services declared.
#[derive(Default)]
pub(crate) struct Registry {
    measures: RwLock<BTreeMap<MeasureName, MeasureDefinition>>,
    listeners: HashMap<&'static str, Vec<&'static str>>,
    subject_pages: HashMap<MeasureName, SubjectPage>,
    subject_names: HashMap<MeasureName, SubjectNames>,
    interfaces: Vec<Interface>,
    slots: Option<&'static dyn Slots>,
    errands: Option<&'static dyn Errands>,
    registers: Option<&'static dyn Registers>,
    mentions: Vec<&'static dyn Mentions>,
    own_records: Vec<FindOwnRecords>,
    desk_work: Vec<FindDeskWork>,
    open_tables: Vec<OpenTable>,
    services: Vec<&'static str>,
    shared_layers: Vec<ShareLayers>,
    places: Option<FindPlaces>,
}

impl Registry {
    pub(crate) fn knows_measure(&self, name: &MeasureName) -> bool {
        self.measures
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(name)
    }

    pub(crate) fn add_measure(&self, measure: MeasureDefinition) {
        self.measures
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(measure.name.clone(), measure);
    }

    pub(crate) fn slots(&self) -> Option<&'static dyn Slots> {
        self.slots
    }

    pub(crate) fn errands(&self) -> Option<&'static dyn Errands> {
        self.errands
    }

    pub(crate) fn listeners(&self, event: &str) -> impl Iterator<Item = &'static str> + '_ {
        self.listeners.get(event).into_iter().flatten().copied()
    }
}

const TABLES: [Migration; 3] = [
    Migration::new(
        "city_0001_start",
        include_str!("../migrations/0001_start.sql"),
    ),
    Migration::new(
        "city_0002_changed_years",
        include_str!("../migrations/0002_changed_years.sql"),
    ),
    Migration::new(
        "city_0003_emergencies",
        include_str!("../migrations/0003_emergencies.sql"),
    ),
];

/// The steps of the city and its services, in the order in which they are carried out.
pub(crate) fn migrations_of(services: &[&dyn Service]) -> Vec<Migration> {
    TABLES
        .into_iter()
        .chain(services.iter().flat_map(|service| service.migrations()))
        .collect()
}

impl City {
    /// Opens the city, brings its tables up to date and registers what its services declare.
    ///
    /// # Errors
    /// When the data directory or database cannot be used, or two services declare the same measure.
    pub async fn open(
        settings: CitySettings,
        services: &[&dyn Service],
    ) -> Result<Self, CityError> {
        let readers = settings.readers.max(1);
        let connections =
            database::connect(&settings.database, readers, settings.durability).await?;
        migration::migrate(&connections.write, migrations_of(services)).await?;

        let mut registry = Registry::default();
        for definition in registered_measures(&connections.read).await? {
            registry.add_measure(definition);
        }
        let mut declared = std::collections::BTreeSet::new();
        for service in services {
            for measure in service.measures() {
                if !declared.insert(measure.name.clone()) {
                    return Err(CityError::MeasureTwice(measure.name.clone()));
                }
                registry.add_measure(MeasureDefinition::from(measure));
            }
            registry.subject_pages.extend(service.subject_pages());
            registry.subject_names.extend(service.subject_names());
            registry.interfaces.extend(service.interface());
            registry.slots = registry.slots.or(service.slots());
            registry.errands = registry.errands.or(service.errands());
            registry.registers = registry.registers.or(service.registers());
            registry.mentions.extend(service.mentions());
            registry.own_records.extend(service.own_records());
            registry.desk_work.extend(service.desk_work());
            registry.open_tables.extend(service.open_tables());
            registry.services.push(service.name());
            registry.shared_layers.extend(service.shared_layers());
            registry.places = registry.places.or(service.places());
            for (event, job) in service.listens() {
                registry.listeners.entry(event).or_default().push(job);
            }
        }
        let registry = Arc::new(registry);
        let (read, door) = connections
            .into_door(&settings.database, readers, settings.durability)
            .await?;
        let writer = Writer::start(door, registry.clone(), settings.clock.clone());
        Ok(Self(Arc::new(Inner {
            read,
            writer,
            clock: settings.clock,
            registry,
            jobs: services.iter().flat_map(|service| service.jobs()).collect(),
            database: settings.database,
            data_directory: settings.data_directory,
            key: OnceLock::new(),
            state: Mutex::default(),
        })))
    }

    /// The connection for reading. On SQLite it cannot write.
    pub fn db(&self) -> &DatabaseConnection {
        &self.0.read
    }

    /// Changes something: everything `work` does through its [`Tx`] commits together, or not at all.
    ///
    /// `input` is owned by the write and lent to `work`, which may be called again when the database asks for it;
    /// so `work` must not change anything outside the transaction.
    ///
    /// # Errors
    /// What `work` returns, or a [`CityError`] turned into it. Nothing was changed then.
    pub async fn write<I, T, E, F>(&self, actor: Actor, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<CityError> + std::error::Error + Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        self.0.writer.write(actor, input, work).await
    }

    /// Reads something that is about to be promised to somebody: what `read` found is on the disk when this returns.
    ///
    /// Only PostgreSQL lets others see a change before that, and only for the milliseconds until its own caller is told. What is merely
    /// shown needs no such care.
    ///
    /// # Errors
    /// [`CityError::OutcomeUnknown`] when the database stopped meanwhile, so that what was read may be lost.
    pub async fn durably<T>(&self, read: impl Future<Output = T>) -> Result<T, CityError> {
        let session = self.0.writer.session().await?;
        let found = read.await;
        self.0.writer.flush(session).await?;
        Ok(found)
    }

    /// How many writes wait for their turn, for watching the load.
    pub fn waiting_writes(&self) -> usize {
        self.0.writer.waiting()
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Today in Japan.
    pub fn today(&self) -> Date {
        self.0.clock.today()
    }

    /// The clock, for tests that move it.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Every measure that is declared or registered, by name.
    pub fn measures(&self) -> Vec<MeasureDefinition> {
        self.0
            .registry
            .measures
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// A measure by its name.
    pub fn measure(&self, name: &MeasureName) -> Option<MeasureDefinition> {
        self.0
            .registry
            .measures
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// The public page about what facts of a measure were recorded about: a survey's results, for instance.
    pub fn subject_page(&self, measure: &MeasureName, subject: &str) -> Option<String> {
        let find = self.0.registry.subject_pages.get(measure)?;
        find(subject)
    }

    /// The names of what facts of a measure are about, by subject, in a language (`ja`, `easy`, `en`); none for most measures.
    ///
    /// # Errors
    /// When the service that knows them cannot read them.
    pub async fn subject_names(
        &self,
        measure: &MeasureName,
        language: &str,
    ) -> Result<BTreeMap<String, String>, CityError> {
        match self.0.registry.subject_names.get(measure) {
            Some(find) => find(self, language).await,
            None => Ok(BTreeMap::new()),
        }
    }

    /// Whether facts of a measure are about something with a public page.
    pub fn has_subject_pages(&self, measure: &MeasureName) -> bool {
        self.0.registry.subject_pages.contains_key(measure)
    }

    /// What the services add to the description of the city's interface.
    pub fn interfaces(&self) -> &[Interface] {
        &self.0.registry.interfaces
    }

    /// The times that a service gives away; none when no service does.
    pub fn slots(&self) -> Option<&'static dyn Slots> {
        self.0.registry.slots()
    }

    /// The things due at places that a service knows of; none when no service does.
    pub fn errands(&self) -> Option<&'static dyn Errands> {
        self.0.registry.errands()
    }

    /// The registers of equipment that a service keeps; none when no service does.
    pub fn registers(&self) -> Option<&'static dyn Registers> {
        self.0.registry.registers
    }

    /// The services that have records about equipment.
    pub fn mentions(&self) -> &[&'static dyn Mentions] {
        &self.0.registry.mentions
    }

    /// What a resident has with the services, in a language (`ja`, `easy`, `en`).
    ///
    /// # Errors
    /// When a service cannot find it.
    pub async fn own_records(
        &self,
        resident: i64,
        language: &str,
    ) -> Result<Vec<OwnRecords>, CityError> {
        let mut all = Vec::new();
        for find in &self.0.registry.own_records {
            all.extend(find(self, resident, language).await?);
        }
        Ok(all)
    }

    /// What waits for a member of staff with the services, by what they may do, in a language (`ja`, `easy`, `en`).
    ///
    /// # Errors
    /// When a service cannot find it.
    pub async fn desk_work(
        &self,
        principal: &Principal,
        language: &str,
    ) -> Result<Vec<DeskWork>, CityError> {
        let mut all = Vec::new();
        for find in &self.0.registry.desk_work {
            all.extend(find(self, principal, language).await?);
        }
        Ok(all)
    }

    /// Whether a service is part of this program, by its name: its tables are there.
    pub fn runs(&self, service: &str) -> bool {
        self.0.registry.services.contains(&service)
    }

    /// The tables that the services make for everybody to use.
    pub fn open_tables(&self) -> &[OpenTable] {
        &self.0.registry.open_tables
    }

    /// The layers that the services share at this moment, in a language (`ja`, `easy`, `en`).
    ///
    /// # Errors
    /// When a service cannot read them.
    pub async fn shared_layers(&self, language: &str) -> Result<Vec<SharedLayer>, CityError> {
        let mut all = Vec::new();
        for share in &self.0.registry.shared_layers {
            all.extend(share(self, language).await?);
        }
        Ok(all)
    }

    /// Whether a service finds places by their names.
    pub fn knows_places(&self) -> bool {
        self.0.registry.places.is_some()
    }

    /// The places that somebody may mean by words, in a language (`ja`, `easy`, `en`); none when no service knows places.
    ///
    /// # Errors
    /// When the service cannot look them up.
    pub async fn places_named(
        &self,
        words: &str,
        language: &str,
    ) -> Result<Vec<NamedPlace>, CityError> {
        match self.0.registry.places {
            Some(find) => find(self, words, language).await,
            None => Ok(Vec::new()),
        }
    }

    /// The kinds of job the services carry out.
    pub fn job_kinds(&self) -> impl Iterator<Item = &JobKind> {
        self.0.jobs.iter()
    }

    /// Something a service keeps in memory for this city, such as a cache; made when first asked for.
    /// It lasts as long as the process and is not shared with other nodes.
    pub fn state<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        let mut states = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()))
            .clone();
        // The key is the type, so the downcast holds; a fresh value would only lose what is cached.
        state.downcast().unwrap_or_default()
    }

    /// Where the database is.
    pub fn database(&self) -> &DatabaseUrl {
        &self.0.database
    }

    /// The city's key: read, or made, when first asked for.
    ///
    /// # Errors
    /// When it cannot be read, made or understood.
    pub fn key(&self) -> Result<&CityKey, CityError> {
        if let Some(key) = self.0.key.get() {
            return Ok(key);
        }
        let key = CityKey::open(&self.0.data_directory)?;
        Ok(self.0.key.get_or_init(|| key))
    }

    /// Where the city's key and other files are.
    pub fn data_directory(&self) -> &Path {
        &self.0.data_directory
    }
}

async fn registered_measures(
    connection: &DatabaseConnection,
) -> Result<Vec<MeasureDefinition>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        kind: String,
        unit: String,
        name_ja: String,
        name_en: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT name, kind, unit, name_ja, name_en FROM measures ORDER BY name",
            [],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let unreadable = |cause: String| CityError::Stored {
                what: "measure",
                cause,
            };
            Ok(MeasureDefinition {
                name: MeasureName::new(row.name).map_err(|error| unreadable(error.to_string()))?,
                kind: MeasureKind::read(&row.kind).ok_or_else(|| unreadable(row.kind))?,
                unit: row.unit,
                name_ja: row.name_ja,
                name_en: row.name_en,
            })
        })
        .collect()
}
