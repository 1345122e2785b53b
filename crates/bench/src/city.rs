//! A city with all services and one department, to be measured.

use std::path::Path;

use yakuba_city::{Actor, City, CitySettings, DatabaseUrl, Service};
use yakuba_identity::{IdentityError, NewDepartment, create_department};
use yakuba_kernel::DepartmentCode;

use crate::Outcome;

/// Opens a city in a directory, or in a schema of a PostgreSQL server.
pub(crate) async fn open(
    directory: &Path,
    postgres: Option<(&str, &str)>,
    name: &str,
    department: &DepartmentCode,
) -> Outcome<City> {
    std::fs::create_dir_all(directory)?;
    let mut settings = CitySettings::in_directory(directory);
    if let Some((url, schema)) = postgres {
        let sign = if url.contains('?') { '&' } else { '?' };
        settings.database = DatabaseUrl::parse(&format!("{url}{sign}schema={schema}"))?;
    }
    let services: Vec<&'static dyn Service> = yakuba::services::all();
    let city = City::open(settings, &services).await?;
    city.key()?;
    let department = NewDepartment {
        name_ja: name.to_owned(),
        name_en: "Department".to_owned(),
        code: department.clone(),
        parent: None,
        first_day: jiff::civil::date(2020, 4, 1),
        last_day: None,
        position: 0,
    };
    city.write(Actor::CommandLine, department, |tx, department| {
        Box::pin(async move {
            tx.set("city.name", "計測市").await?;
            create_department(tx, department).await?;
            Ok::<_, IdentityError>(())
        })
    })
    .await?;
    Ok(city)
}
