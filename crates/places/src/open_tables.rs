//! オープンデータ一覧: the list of everything published, as the national standard wants it.
//!
//! Headers and marks are the format of the published file, which is in Japanese for every reader.

use futures::future::BoxFuture;
use jiff::Timestamp;
use yakuba_city::{City, CityError, JAPAN, OpenTable, TableRows, setting};
use yakuba_ui::Language;

use crate::{
    WORDS,
    error::PlacesError,
    model::{content::Form, document::Licence},
    pages::{forms_of, href, href_of_newest},
    store::{self, Dataset, LIST},
};

/// The setting with the address under which the city is reached, such as `https://www.city.midori.lg.jp/`.
pub const PUBLIC_URL: &str = "city.public_url";

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![OpenTable {
        key: LIST,
        national: Some("open_data_list"),
        words: |language| WORDS.table_words(language, "places-table-list"),
        make: |city| made(city),
    }]
}

fn made(city: &City) -> BoxFuture<'_, Result<TableRows, CityError>> {
    Box::pin(async move {
        list(city).await.map_err(|error| match error {
            PlacesError::City(error) => error,
            error => CityError::Stored {
                what: "the list of open data",
                cause: error.to_string(),
            },
        })
    })
}

fn day(at: Timestamp) -> String {
    JAPAN.to_datetime(at).date().to_string()
}

/// Every file of every published dataset in the form it is kept in.
async fn list(city: &City) -> Result<TableRows, PlacesError> {
    let mut table = TableRows::new([
        "全国地方公共団体コード",
        "データセット_ID",
        "地方公共団体名",
        "データセット_タイトル",
        "データセット_概要",
        "データセット_キーワード",
        "データセット_分類",
        "データセット_公開日",
        "データセット_最終更新日",
        "データセット_言語",
        "データセット_URL",
        "データセット_更新頻度",
        "データセット_準拠する標準",
        "データセット_対象地域",
        "データセット_連絡先名称",
        "データセット_連絡先電話番号",
        "ファイル_タイトル",
        "ファイル_アクセスURL",
        "ファイル_ダウンロードURL",
        "ファイル形式",
        "ファイル_ライセンス",
        "ファイル_最終更新日",
        "ファイル_言語",
        "ファイル_API対応有無",
    ]);
    let words = WORDS.words(Language::Japanese);
    let code = setting(city.db(), "city.municipality")
        .await?
        .unwrap_or_default();
    let name = setting(city.db(), "city.name").await?.unwrap_or_default();
    // Kept when the program is started with the host's name.
    let base = setting(city.db(), PUBLIC_URL).await?;
    let address = |path: String| {
        base.as_ref().map_or_else(String::new, |base| {
            format!("{}{path}", base.trim_end_matches('/'))
        })
    };
    let files = store::files(city.db()).await?;
    let mut all: Vec<Dataset> = store::datasets(city.db()).await?;
    all.retain(Dataset::is_public);
    all.sort_by(|one, other| one.key().cmp(other.key()));
    // Were the list's own day in it, it would change each day because it changed.
    let newest = all
        .iter()
        .filter(|found| found.source != LIST)
        .map(|found| found.changed_at)
        .max();
    for found in &all {
        let document = &found.document;
        let own = found.source == LIST;
        let changed = if own {
            newest.unwrap_or(found.created_at)
        } else {
            found.changed_at
        };
        for file in files.get(found.key()).map_or(&[][..], Vec::as_slice) {
            // A file that stands on another site is listed under its own address.
            let (download, forms, made, has_interface) = match (&file.newest, file.linked()) {
                (Some(version), _) => {
                    let forms: Vec<&str> = forms_of(version).map(Form::name).collect();
                    let download = address(href_of_newest(found.key(), file.number, Form::Csv));
                    (download, forms.join(";"), day(version.made_at), true)
                }
                (None, Some(link)) => (
                    link.address.clone(),
                    link.format.clone(),
                    String::new(),
                    false,
                ),
                (None, None) => continue,
            };
            let is_recommended = file
                .newest
                .as_ref()
                .is_some_and(store::Version::is_recommended);
            table.rows.push(vec![
                code.clone(),
                document.key.clone(),
                name.clone(),
                document.title.clone(),
                document.description.clone(),
                document.keywords.join(";"),
                words
                    .get(&format!("places-theme-{}", document.theme.name()))
                    .into_owned(),
                found.published_at.map(day).unwrap_or_default(),
                day(changed),
                "日本語".to_owned(),
                address(href(found.key())),
                words
                    .get(&format!("places-rhythm-{}", document.rhythm.name()))
                    .into_owned(),
                if is_recommended {
                    "自治体標準オープンデータセット".to_owned()
                } else {
                    String::new()
                },
                document.area.clone(),
                document.contact.clone(),
                document.phone.clone(),
                file.title.clone(),
                address(format!("{}#file-{}", href(found.key()), file.number)),
                download,
                forms,
                licence(document.licence).to_owned(),
                if own { day(changed) } else { made },
                "日本語".to_owned(),
                if has_interface { "有" } else { "無" }.to_owned(),
            ]);
        }
    }
    Ok(table)
}

/// A licence as the list's readers know it.
fn licence(licence: Licence) -> &'static str {
    match licence {
        Licence::CcBy => "CC BY 4.0",
        Licence::Pdl => "PDL1.0",
        Licence::CcZero => "CC0 1.0",
    }
}
