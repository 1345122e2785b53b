//! From a postal code to the address it stands for. The table of postal codes is the caller's; what is asked, filled in and said is here.

use yakuba_kernel::PostalCode;
use yakuba_ui::Language;

use crate::WORDS;
use crate::answers::{Answer, Answers, Typed};
use crate::form::Form;
use crate::model::document::FieldKind;
use crate::reading::{holder_of, keep};
use crate::rendering::written;

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

/// What a button beside a postal code asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Fill in the address of the code in the field at a path.
    LookUp(String),
    /// Fill in this one of the areas of the code.
    Choose(String, Area),
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
            Self::LookUp(path) | Self::Choose(path, _) => path,
        }
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

    /// What is said beside the postal code.
    pub fn sentence(&self, language: Language) -> String {
        let words = WORDS.words(language);
        match self {
            Self::NotACode => words.get("forms-look-up-code").into_owned(),
            Self::Unknown => words.get("forms-look-up-unknown").into_owned(),
            Self::Filled(area) if area.town.is_empty() => {
                words.get("forms-look-up-filled-city").into_owned()
            }
            Self::Filled(_) => words.get("forms-look-up-filled").into_owned(),
            Self::Several(areas) => words
                .counted(
                    "forms-look-up-several",
                    i64::try_from(areas.len()).unwrap_or(i64::MAX),
                )
                .into_owned(),
        }
    }
}

impl Form {
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
        let field = self
            .field_at_path(path)
            .filter(|field| matches!(field.kind, FieldKind::Address))?;
        let mut parts = path.split('.');
        let (top, number) = (parts.next()?, parts.next());
        let holder = match number {
            None => answers,
            Some(number) => answers.entries(top).get(number.parse::<usize>().ok()?)?,
        };
        let key = field.key.as_str();
        Some(match (holder.typed(key), holder.get(key)) {
            (Some(typed), _) => typed.clone(),
            (None, Some(answer @ Answer::Address(_))) => written(answer, Language::Japanese),
            _ => Typed::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Wish};

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
        for other in [
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
