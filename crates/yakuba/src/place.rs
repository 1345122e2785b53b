//! Where a city is: its data directory and its database, as the command line names them.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use yakuba_city::{City, CitySettings, DatabaseUrl};

use crate::{failure::Failure, services};

/// The readers of a server; a command needs but one.
const SERVER_READERS: u32 = 4;

/// The data directory and the database of one city.
#[derive(Debug, Clone)]
pub struct Place {
    /// How the city is opened.
    pub settings: CitySettings,
}

/// A city that this process has open. Others may have it open too, but nobody can replace it meanwhile.
#[derive(Debug)]
pub struct OpenCity {
    /// The city.
    pub city: City,
    _lock: Option<File>,
}

#[cfg(test)]
impl From<City> for OpenCity {
    /// A city that a test opened and nobody else can reach.
    fn from(city: City) -> Self {
        Self { city, _lock: None }
    }
}

impl std::ops::Deref for OpenCity {
    type Target = City;

    fn deref(&self) -> &City {
        &self.city
    }
}

impl Place {
    /// Reads the global options.
    ///
    /// # Errors
    /// When the database address is of an unknown kind.
    pub fn new(data: PathBuf, database_url: Option<&str>) -> Result<Self, Failure> {
        let mut settings = CitySettings::in_directory(data);
        if let Some(url) = database_url.filter(|url| !url.is_empty()) {
            settings.database =
                DatabaseUrl::parse(url).map_err(|error| Failure::usage(error.to_string()))?;
        }
        Ok(Self { settings })
    }

    /// Whether a city was made here before; on PostgreSQL only opening it can tell, so this says yes.
    pub fn has_city(&self) -> bool {
        match &self.settings.database {
            DatabaseUrl::Sqlite(path) => std::fs::metadata(path).is_ok_and(|file| file.len() > 0),
            DatabaseUrl::Postgres { .. } => true,
        }
    }

    /// Opens the city for a command, and makes its tables when there are none.
    ///
    /// # Errors
    /// When the place cannot be used.
    pub async fn open(&self) -> Result<OpenCity, Failure> {
        self.open_with(2).await
    }

    /// Opens the city for serving.
    ///
    /// # Errors
    /// When the place cannot be used.
    pub async fn open_for_serving(&self) -> Result<OpenCity, Failure> {
        self.open_with(SERVER_READERS).await
    }

    /// Opens a city that must be there already.
    ///
    /// # Errors
    /// When there is none, or the place cannot be used.
    pub async fn open_existing(&self) -> Result<OpenCity, Failure> {
        if !self.has_city() {
            return Err(Failure::new(format!(
                "there is no city in {}. Make one with `yakuba init`, or name its place with --data",
                self.settings.database.shown()
            )));
        }
        self.open().await
    }

    async fn open_with(&self, readers: u32) -> Result<OpenCity, Failure> {
        let lock = self.lock(false)?;
        let settings = CitySettings {
            readers,
            ..self.settings.clone()
        };
        let city = City::open(settings, &services::all()).await?;
        Ok(OpenCity { city, _lock: lock })
    }

    /// Keeps others from replacing the city (`alone` false) or from using it at all (`alone` true) while the
    /// returned file is held. PostgreSQL cities are locked by their server and need none.
    ///
    /// # Errors
    /// When another process holds it, or the data directory cannot be written.
    pub fn lock(&self, alone: bool) -> Result<Option<File>, Failure> {
        let DatabaseUrl::Sqlite(path) = &self.settings.database else {
            return Ok(None);
        };
        let folder = path.parent().unwrap_or(std::path::Path::new("."));
        yakuba_city::make_private_folder(folder).map_err(|cause| Failure::file(folder, &cause))?;
        let path = path.with_extension("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|cause| Failure::file(&path, &cause))?;
        let locked = if alone {
            file.try_lock()
        } else {
            file.try_lock_shared()
        };
        match locked {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
                "the city in {} is in use by another process. Stop that one first",
                self.settings.database.shown()
            ))),
            Err(TryLockError::Error(cause)) => Err(Failure::file(&path, &cause)),
        }
    }
}
