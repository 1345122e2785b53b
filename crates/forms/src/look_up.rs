//! From a postal code to the address it stands for, and from an address to where it is. The table of postal codes is the caller's; what is
//! asked, filled in and said is here.

use yakuba_addresses::{AddressError, Fit, Hit, Level, find, is_known};
use yakuba_city::City;

use yakuba_kernel::{Point, PostalCode};
use yakuba_ui::Language;

use crate::WORDS;
use crate::answers::{Answer, Answers, Place, Typed};
use crate::form::Form;
use crate::model::document::FieldKind;
use crate::reading::{holder_of, keep};
use crate::rendering::{Marks, written};

/// What a postal code stands for: a municipality, mostly with one of its towns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    /// The prefecture: 大阪府.
    pub prefecture: String,
    /// The municipality with its district or ward: 三島郡島本町.
    pub city: String,
    /// The town; empty where the code stands for the whole municipality.
    pub town: String,
}

impl Area {
    /// The area as a person reads it, in one line.
    pub fn line(&self) -> String {
        format!("{}{}{}", self.prefecture, self.city, self.town)
    }

    /// The area as the value of a button: what [`Wish::read`] takes apart.
    fn value(&self) -> String {
        format!("{}|{}|{}", self.prefecture, self.city, self.town)
    }

    fn from_value(value: &str) -> Option<Self> {
        let mut parts = value.split('|').map(str::to_owned);
        let area = Self {
            prefecture: parts.next()?,
            city: parts.next()?,
            town: parts.next()?,
        };
        parts.next().is_none().then_some(area)
    }
}

/// So many addresses are offered for words.
const OFFERED: usize = 8;

/// An address with its position, to be filled in where a form asks for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPlace {
    /// As people read it.
    pub label: String,
    /// Where.
    pub point: Point,
}

impl KnownPlace {
    fn of(hit: Hit) -> Self {
        Self {
            label: hit.label,
            point: hit.point,
        }
    }

    fn from_value(value: &str) -> Option<Self> {
        let (point, label) = value.split_once('|')?;
        let is_label =
            (1..=400).contains(&label.chars().count()) && !label.chars().any(char::is_control);
        Some(Self {
            point: Point::read(point).ok()?,
            label: is_label.then(|| label.to_owned())?,
        })
    }
}

/// What a button beside a postal code or a place asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Fill in the address of the code in the field at a path.
    LookUp(String),
    /// Fill in this one of the areas of the code.
    Choose(String, Area),
    /// Find the position of the address in the place field at a path.
    FindPlace(String),
    /// Fill in this address with its position.
    ChoosePlace(String, KnownPlace),
}

impl Wish {
    /// Reads the value that the button pressed sends as `action`; none when it is another button's.
    pub fn read(action: &str) -> Option<Self> {
        let (verb, rest) = action.split_once(':')?;
        let wish = match verb {
            "look_up" => Self::LookUp(rest.to_owned()),
            "area" => {
                let (path, value) = rest.split_once(':')?;
                Self::Choose(path.to_owned(), Area::from_value(value)?)
            }
            "place" => Self::FindPlace(rest.to_owned()),
            "at" => {
                let (path, value) = rest.split_once(':')?;
                Self::ChoosePlace(path.to_owned(), KnownPlace::from_value(value)?)
            }
            _ => return None,
        };
        // A path is made of keys and numbers; it may stand in an address.
        wish.path()
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&letter))
            .then_some(wish)
    }

    /// The path of the field.
    pub fn path(&self) -> &str {
        match self {
            Self::LookUp(path)
            | Self::Choose(path, _)
            | Self::FindPlace(path)
            | Self::ChoosePlace(path, _) => path,
        }
    }

    /// Whether it is about where something is, and not about a postal code.
    pub fn is_of_place(&self) -> bool {
        matches!(self, Self::FindPlace(_) | Self::ChoosePlace(..))
    }

    /// The path beside whose question it is said what came of it; nothing is said after something was chosen.
    pub fn shown(&self) -> Option<&str> {
        match self {
            Self::LookUp(path) | Self::FindPlace(path) => Some(path),
            Self::Choose(..) | Self::ChoosePlace(..) => None,
        }
    }

    /// What the button that finds a place sends.
    pub(crate) fn find_place_value(path: &str) -> String {
        format!("place:{path}")
    }

    /// What the button of one address sends.
    pub(crate) fn choose_place_value(path: &str, place: &KnownPlace) -> String {
        format!("at:{path}:{}|{}", place.point, place.label)
    }

    /// What the button that looks up sends.
    pub(crate) fn look_up_value(path: &str) -> String {
        format!("look_up:{path}")
    }

    /// What the button of one area sends.
    pub(crate) fn choose_value(path: &str, area: &Area) -> String {
        format!("area:{path}:{}", area.value())
    }
}

/// What looking up came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// There are not seven digits.
    NotACode,
    /// No area has the code.
    Unknown,
    /// The one area of the code is filled in.
    Filled(Area),
    /// The code stands for several areas, of which one is to be chosen.
    Several(Vec<Area>),
    /// Nothing is written that could be an address.
    NoWords,
    /// No address is like what was written.
    NoPlace,
    /// The position of the address is filled in.
    PlaceFilled,
    /// Several addresses may be meant, of which one is to be chosen.
    Places(Vec<KnownPlace>),
}

impl LookUp {
    /// What a code and its areas come to.
    pub fn of(code: Option<&PostalCode>, mut areas: Vec<Area>) -> Self {
        match (code, areas.len()) {
            (None, _) => Self::NotACode,
            (Some(_), 0) => Self::Unknown,
            (Some(_), 1) => Self::Filled(areas.remove(0)),
            (Some(_), _) => Self::Several(areas),
        }
    }

    /// The areas to choose from.
    pub fn choices(&self) -> &[Area] {
        match self {
            Self::Several(areas) => areas,
            _ => &[],
        }
    }

    /// What an address and those like it come to.
    fn of_places(text: &str, hits: Vec<Hit>) -> Self {
        match hits.as_slice() {
            [] if text.is_empty() => Self::NoWords,
            [] => Self::NoPlace,
            [hit] if is_meant(hit) => Self::PlaceFilled,
            _ => Self::Places(hits.into_iter().map(KnownPlace::of).collect()),
        }
    }

    /// The values and texts of the buttons with which one is chosen.
    pub(crate) fn buttons(&self, path: &str) -> Vec<(String, String)> {
        match self {
            Self::Places(places) => places
                .iter()
                .map(|place| (Wish::choose_place_value(path, place), place.label.clone()))
                .collect(),
            _ => self
                .choices()
                .iter()
                .map(|area| (Wish::choose_value(path, area), area.line()))
                .collect(),
        }
    }

    /// What is said beside the question.
    pub fn sentence(&self, language: Language) -> String {
        let words = WORDS.words(language);
        match self {
            Self::NotACode => words.get("forms-look-up-code").into_owned(),
            Self::Unknown => words.get("forms-look-up-unknown").into_owned(),
            Self::Filled(area) if area.town.is_empty() => {
                words.get("forms-look-up-filled-city").into_owned()
            }
            Self::Filled(_) => words.get("forms-look-up-filled").into_owned(),
            Self::NoWords => words.get("forms-find-place-words").into_owned(),
            Self::NoPlace => words.get("forms-find-place-none").into_owned(),
            Self::PlaceFilled => words.get("forms-find-place-filled").into_owned(),
            Self::Places(_) => words.get("forms-find-place-several").into_owned(),
            Self::Several(areas) => words
                .counted(
                    "forms-look-up-several",
                    i64::try_from(areas.len()).unwrap_or(i64::MAX),
                )
                .into_owned(),
        }
    }
}

/// Whether an address that was found is what was written, down to block or house.
fn is_meant(hit: &Hit) -> bool {
    hit.fit == Fit::Exact && hit.level != Level::Town
}

/// Fills in what a button beside a place asks for: the one address that is written in full, or the one that was chosen.
///
/// # Errors
/// When the database does not answer.
pub async fn fill_in_place(
    city: &City,
    form: &Form,
    answers: &mut Answers,
    wish: &Wish,
) -> Result<(), AddressError> {
    let place = match wish {
        Wish::ChoosePlace(_, chosen) => Some(chosen.clone()),
        Wish::FindPlace(path) => {
            let text = form.place_words(answers, path).unwrap_or_default();
            the_one_place(city, &text).await?
        }
        Wish::LookUp(_) | Wish::Choose(..) => None,
    };
    if let Some(place) = place {
        form.put_place(answers, wish.path(), &place);
    }
    Ok(())
}

/// The address that is written in full, down to block or house; none when several are like it, or none is.
async fn the_one_place(city: &City, text: &str) -> Result<Option<KnownPlace>, AddressError> {
    if text.is_empty() || !is_known(city).await? {
        return Ok(None);
    }
    let mut hits = find(city.db(), text, OFFERED).await?;
    Ok(match hits.as_slice() {
        [hit] if is_meant(hit) => hits.pop().map(|hit| KnownPlace {
            // As it was written: it may say more than the address.
            label: text.to_owned(),
            ..KnownPlace::of(hit)
        }),
        _ => None,
    })
}

/// Where a place was answered in words alone, fills in the position of the address that is written in full. A position that somebody
/// wrote or chose stays; one that came with the address that stood there `before` goes with it when another address is written.
///
/// # Errors
/// When the database does not answer.
pub async fn fill_in_written_place(
    city: &City,
    form: &Form,
    answers: &mut Answers,
    key: &str,
    before: Option<&Place>,
) -> Result<(), AddressError> {
    let Some(Answer::Place(place)) = answers.get(key) else {
        return Ok(());
    };
    if let Some(at) = place.coordinates {
        let Some(before) = before.filter(|before| {
            before.coordinates == Some(at) && before.description != place.description
        }) else {
            return Ok(());
        };
        let known = the_one_place(city, before.description.trim()).await?;
        if known.map(|known| known.point) != Point::from_degrees(at.latitude, at.longitude).ok() {
            return Ok(());
        }
    }
    if let Some(place) = the_one_place(city, place.description.trim()).await? {
        form.put_place(answers, key, &place);
    }
    Ok(())
}

/// Puts the buttons that find an address beside the places of a form, if addresses are known; and what came of the one at a path.
///
/// # Errors
/// When the database does not answer.
pub async fn mark_places(
    city: &City,
    form: &Form,
    answers: &Answers,
    path: Option<&str>,
    marks: &mut Marks,
) -> Result<(), AddressError> {
    if !is_known(city).await? {
        return Ok(());
    }
    marks.find_places();
    if let Some(path) = path
        && let Some(text) = form.place_words(answers, path)
    {
        let hits = find(city.db(), &text, OFFERED).await?;
        marks.found(path, LookUp::of_places(&text, hits));
    }
    Ok(())
}

impl Form {
    /// The address or landmark in the place field at a path, as it was typed; none when there is no such field.
    fn place_words(&self, answers: &Answers, path: &str) -> Option<String> {
        let typed = self.typed_at(answers, path, |kind| matches!(kind, FieldKind::Place))?;
        Some(
            typed
                .get("description")
                .map_or("", |text| text.trim())
                .to_owned(),
        )
    }

    /// Puts an address with its position into the place field at a path. Nothing happens where there is no such field.
    fn put_place(&self, answers: &mut Answers, path: &str, place: &KnownPlace) {
        let is_place = |kind: &FieldKind| matches!(kind, FieldKind::Place);
        let Some(mut typed) = self.typed_at(answers, path, is_place) else {
            return;
        };
        typed.insert("description".to_owned(), place.label.clone());
        typed.insert("coordinates".to_owned(), place.point.to_string());
        if let (Some(field), Some(holder)) = (self.field_at_path(path), holder_of(answers, path)) {
            keep(field, typed, holder);
        }
    }

    /// Whether the question at a path is about an address with a postal code.
    pub fn asks_for_address(&self, path: &str) -> bool {
        self.field_at_path(path)
            .is_some_and(|field| matches!(field.kind, FieldKind::Address))
    }

    /// The postal code in the address field at a path, as far as it was typed; none when there is no such field or no seven digits.
    pub fn postal_code(&self, answers: &Answers, path: &str) -> Option<PostalCode> {
        PostalCode::parse(self.address_typed(answers, path)?.get("postal_code")?).ok()
    }

    /// Fills an area into the address field at a path. Number and building stay, and the town where the area has none. Nothing happens
    /// where there is no such field.
    pub fn fill_in_area(&self, answers: &mut Answers, path: &str, area: &Area) {
        let Some(mut typed) = self.address_typed(answers, path) else {
            return;
        };
        for (part, text) in [
            ("prefecture", &area.prefecture),
            ("city", &area.city),
            ("town", &area.town),
        ] {
            if !text.is_empty() {
                typed.insert(part.to_owned(), text.clone());
            }
        }
        if let (Some(field), Some(holder)) = (self.field_at_path(path), holder_of(answers, path)) {
            keep(field, typed, holder);
        }
    }

    fn address_typed(&self, answers: &Answers, path: &str) -> Option<Typed> {
        self.typed_at(answers, path, |kind| matches!(kind, FieldKind::Address))
    }

    /// What stands in the parts of the field at a path; none when there is no field of the kind.
    fn typed_at(
        &self,
        answers: &Answers,
        path: &str,
        is_kind: impl Fn(&FieldKind) -> bool,
    ) -> Option<Typed> {
        let field = self
            .field_at_path(path)
            .filter(|field| is_kind(&field.kind))?;
        let mut parts = path.split('.');
        let (top, number) = (parts.next()?, parts.next());
        let holder = match number {
            None => answers,
            Some(number) => answers.entries(top).get(number.parse::<usize>().ok()?)?,
        };
        let key = field.key.as_str();
        Some(match (holder.typed(key), holder.get(key)) {
            (Some(typed), _) => typed.clone(),
            (None, Some(answer @ (Answer::Address(_) | Answer::Place(_)))) => {
                written(answer, Language::Japanese)
            }
            _ => Typed::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, KnownPlace, Wish};
    use yakuba_kernel::Point;

    #[test]
    fn what_a_button_sends_is_read_back() {
        let area = Area {
            prefecture: "三重県".to_owned(),
            city: "桑名郡木曽岬町".to_owned(),
            town: String::new(),
        };
        assert_eq!(
            Wish::read(&Wish::choose_value("children.0.home", &area)),
            Some(Wish::Choose("children.0.home".to_owned(), area))
        );
        assert_eq!(
            Wish::read(&Wish::look_up_value("home")),
            Some(Wish::LookUp("home".to_owned()))
        );
        let place = KnownPlace {
            label: "中央1丁目2番3号".to_owned(),
            point: Point::from_millionths(34_400_000, 135_000_001).unwrap(),
        };
        assert_eq!(
            Wish::read(&Wish::choose_place_value("where.0.place", &place)),
            Some(Wish::ChoosePlace("where.0.place".to_owned(), place))
        );
        assert_eq!(
            Wish::read(&Wish::find_place_value("place")),
            Some(Wish::FindPlace("place".to_owned()))
        );
        for other in [
            "at:place:34.4, 135.0",
            "at:place:34.4, 235.0|x",
            "at:place:34.4, 135.0|",
            "at:place:34.4, 135.0|a\nb",
            "place:a b",
            "next",
            "add:children",
            "area:home:大阪府",
            "area:home:a|b|c|d",
            "look_up:a\nb",
        ] {
            assert_eq!(Wish::read(other), None, "{other}");
        }
    }
}
