//! The controls of each kind of field.

use askama::Template;
use yakuba_kernel::{Era, Prefecture};
use yakuba_ui::{
    Button, ButtonKind, CheckboxGroup, Choice, Disclosure, FileUpload, Html, Map, RadioGroup,
    Select, TextArea, TextField, Words,
};

use super::answers::day_in_words;
use super::written::slot_value;
use super::{Drawing, MOST_RADIO_BUTTONS, id_of, shown, written};
use crate::answers::{AccountKind, Answer, Answers, Typed};
use crate::files::extensions;
use crate::form::{longest, must_be_answered};
use crate::look_up::Wish;
use crate::model::document::{ChoiceOption, Field, FieldKind, TextFormat};
use crate::rules;

#[derive(Template)]
#[template(path = "forms/composite.html")]
struct Composite {
    words: Words,
    id: String,
    label: String,
    support: String,
    error: String,
    required: bool,
    content: Html,
}

#[derive(Template)]
#[template(path = "forms/date.html")]
struct DateControls {
    words: Words,
    id: String,
    name: String,
    label: String,
    support: String,
    error: String,
    era_wrong: bool,
    required: bool,
    eras: Vec<(String, String)>,
    era: String,
    parts: Vec<(&'static str, String, u8, String, &'static str, bool)>,
}

/// Asks the device for its position; hidden until a script that can do so shows it.
#[derive(Template)]
#[template(path = "forms/position.html")]
struct Position {
    id: String,
    path: String,
    ask: String,
    waiting: String,
    found: String,
    refused: String,
    failed: String,
}

#[derive(Template)]
#[template(path = "forms/look_up.html")]
struct LookUpControls {
    id: String,
    path: String,
    look_up: String,
    /// A script of the page does the same on the spot.
    by_script: bool,
    action: String,
    said: String,
    areas: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "forms/files.html")]
struct Files {
    id: String,
    name: String,
    heading: String,
    sent: Vec<(String, Button)>,
    upload: Html,
}

/// The free times of a day, under their day.
#[derive(Template)]
#[template(path = "forms/slots.html")]
struct Slots {
    name: String,
    none: String,
    days: Vec<SlotDay>,
}

struct SlotDay {
    title: String,
    count: String,
    open: bool,
    times: Vec<SlotTime>,
}

struct SlotTime {
    id: String,
    value: String,
    text: String,
    chosen: bool,
}

/// An empty control before radio buttons and checkboxes: without it, a page on which none is ticked would look as if they had not been on it.
fn marker(name: &str) -> Html {
    let mut html = Html::trusted("<input type=\"hidden\" name=\"");
    html.push(&Html::text(name));
    html.push(&Html::trusted("\" value=\"\">"));
    html
}

/// Says `required` or `optional` on any control.
macro_rules! marked {
    ($control:expr, $required:expr) => {
        if $required {
            $control.required()
        } else {
            $control.optional()
        }
    };
}

impl Drawing<'_> {
    /// One field that is not a group.
    pub(super) fn field(
        &self,
        field: &Field,
        path: &str,
        answers: &Answers,
        in_group: bool,
    ) -> Html {
        let language = self.language();
        let key = field.key.as_str();
        let answer = answers
            .get(key)
            .filter(|answer| rules::fits(&field.kind, answer));
        let typed = match (answers.typed(key), answer) {
            (Some(typed), _) => typed.clone(),
            (None, Some(answer)) => written(answer, language),
            (None, None) => Typed::new(),
        };
        let value = |part: &str| typed.get(part).cloned().unwrap_or_default();
        let label = field.label.get(language).to_owned();
        let support = self.support(field, path);
        let required = must_be_answered(field);
        let error = self.error(path, None);
        let autocomplete = |purpose: &'static str| {
            if !in_group && self.is_applicants(field) {
                purpose
            } else {
                ""
            }
        };
        let line = || {
            marked!(TextField::new(language, path, label.clone()), required)
                .value(value(""))
                .support(support.clone())
                .error(error.as_str())
        };
        match &field.kind {
            FieldKind::Text(limits) => {
                let control = match limits.format {
                    Some(TextFormat::Digits | TextFormat::CorporateNumber) => line().numeric(),
                    _ => line(),
                };
                let length = longest(limits, false);
                let control = match u8::try_from(length) {
                    Ok(short) if short <= 20 => control.width(short),
                    _ => control,
                };
                Html::of(&control)
            }
            FieldKind::LongText(limits) => {
                let control = marked!(TextArea::new(language, path, label), required)
                    .value(value(""))
                    .error(error.as_str())
                    .rows(6);
                let limit = self
                    .words
                    .counted("forms-longest", i64::from(longest(limits, true)));
                let support = if support.is_empty() {
                    limit.into_owned()
                } else {
                    format!("{support} {limit}")
                };
                Html::of(&control.support(support))
            }
            FieldKind::Phone => {
                Html::of(&line().numeric().autocomplete(autocomplete("tel")).width(20))
            }
            FieldKind::Email => Html::of(&line().email().autocomplete(autocomplete("email"))),
            FieldKind::Number { places, unit, .. } => {
                let control = line().width(10).unit(self.text(unit.as_ref()));
                let control = if *places == 0 {
                    control.numeric()
                } else {
                    control.decimal()
                };
                Html::of(&control)
            }
            FieldKind::Yen { .. } => Html::of(
                &line()
                    .width(10)
                    .numeric()
                    .unit(self.words.get("forms-yen").into_owned()),
            ),
            FieldKind::Choice { options } if options.len() > MOST_RADIO_BUTTONS => Html::of(
                &marked!(Select::new(language, path, label), required)
                    .choices(self.choices(options))
                    .ask()
                    .value(&value(""))
                    .support(support)
                    .error(error.as_str()),
            ),
            FieldKind::Choice { options } => {
                let mut html = marker(path);
                html.push(
                    &marked!(RadioGroup::new(language, path, label), required)
                        .choices(self.choices(options))
                        .value(&value(""))
                        .support(support)
                        .error(error.as_str()),
                );
                html
            }
            FieldKind::Choices { options, .. } => {
                let mut html = marker(path);
                let mut control = marked!(CheckboxGroup::new(language, path, label), required)
                    .choices(self.choices(options))
                    .support(support)
                    .error(error.as_str());
                for chosen in value("").split('\n') {
                    control = control.value(chosen);
                }
                html.push(&control);
                html
            }
            FieldKind::Consent { text } | FieldKind::Declaration { text } => {
                let agree = match &field.kind {
                    FieldKind::Consent { .. } => "forms-i-agree",
                    _ => "forms-i-declare",
                };
                let text = text.get(language);
                let support = if support.is_empty() {
                    text.to_owned()
                } else {
                    format!("{text} {support}")
                };
                let mut html = marker(path);
                html.push(
                    &marked!(CheckboxGroup::new(language, path, label), required)
                        .choice(Choice::new("yes", self.words.get(agree)))
                        .value(&value(""))
                        .support(support)
                        .error(error.as_str()),
                );
                html
            }
            FieldKind::Date { .. } => self.date(field, path, &typed, autocomplete("bday")),
            FieldKind::Name => {
                let personal = autocomplete("name") == "name";
                let parts = [
                    (
                        "family",
                        "forms-family",
                        if personal { "family-name" } else { "" },
                    ),
                    (
                        "given",
                        "forms-given",
                        if personal { "given-name" } else { "" },
                    ),
                    ("family_kana", "forms-family-kana", ""),
                    ("given_kana", "forms-given-kana", ""),
                ];
                let content = parts.map(|(part, label, purpose)| {
                    self.part(path, part, label, &typed)
                        .autocomplete(purpose)
                        .width(20)
                });
                self.composite(field, path, support, &content)
            }
            FieldKind::Address => self.address(field, path, support, &typed, !in_group),
            FieldKind::Slot { .. } => self.slots(field, path, support, &value("")),
            FieldKind::Place => self.place(field, path, support, &typed),
            FieldKind::BankAccount => self.bank_account(field, path, support, &typed),
            FieldKind::File {
                accept,
                max_mib,
                max_files,
            } => {
                let files = match answer {
                    Some(Answer::Files(files)) => files.as_slice(),
                    _ => &[],
                };
                let upload = FileUpload::new(language, path, label)
                    .accept(extensions(accept))
                    .max_size(&format!("{max_mib}MB"))
                    .max_files(*max_files)
                    .support(support)
                    .error(error.as_str());
                let upload = marked!(upload, required && files.is_empty());
                let remove = |file: &crate::FileAnswer| {
                    let text = self
                        .words
                        .with_text("forms-remove-file", "name", &file.name);
                    Button::submit(text)
                        .kind(ButtonKind::Quiet)
                        .sends("action", format!("remove_file:{path}:{}", file.id))
                        .without_validation()
                        .small()
                };
                shown(&Files {
                    id: id_of(path),
                    name: path.to_owned(),
                    heading: self.words.get("forms-sent-files").into_owned(),
                    sent: files
                        .iter()
                        .map(|file| (file.name.clone(), remove(file)))
                        .collect(),
                    upload: Html::of(&upload),
                })
            }
            FieldKind::Group { .. } => Html::empty(),
        }
    }

    /// The help under a field's label, with the words of its mark before it.
    fn support(&self, field: &Field, path: &str) -> String {
        let hint = self.text(field.hint.as_ref());
        match self.marks.at(path) {
            Some(mark) if hint.is_empty() => mark.to_owned(),
            Some(mark) => format!("{mark} {hint}"),
            None => hint,
        }
    }

    /// Whether a field asks for something of the applicant's own, which browsers may fill in: it says so, or it is the first of its kind.
    fn is_applicants(&self, field: &Field) -> bool {
        if matches!(field.kind, FieldKind::Date { .. }) {
            return field.prefill.is_some();
        }
        field.prefill.is_some()
            || self
                .form
                .document()
                .pages
                .iter()
                .flat_map(|page| &page.fields)
                .find(|other| {
                    std::mem::discriminant(&other.kind) == std::mem::discriminant(&field.kind)
                })
                .is_some_and(|first| first.key == field.key)
    }

    fn choices(&self, options: &[ChoiceOption]) -> Vec<Choice> {
        options
            .iter()
            .map(|option| {
                Choice::new(option.value.as_str(), option.label.get(self.language()))
                    .support(self.text(option.hint.as_ref()))
            })
            .collect()
    }

    /// One of the controls of a field that has several.
    fn part(&self, path: &str, part: &'static str, label: &str, typed: &Typed) -> TextField {
        let name = format!("{path}.{part}");
        TextField::new(self.language(), name, self.words.get(label))
            .value(typed.get(part).cloned().unwrap_or_default())
            .error(self.error(path, Some(part)).as_str())
    }

    fn composite(
        &self,
        field: &Field,
        path: &str,
        support: String,
        parts: &[impl askama::filters::HtmlSafe],
    ) -> Html {
        let mut content = Html::empty();
        for part in parts {
            content.push(part);
        }
        shown(&Composite {
            words: self.words,
            id: id_of(path),
            label: field.label.get(self.language()).to_owned(),
            support,
            error: self.error(path, None),
            required: must_be_answered(field),
            content,
        })
    }

    /// The free times, day by day; where nobody has said which are free, that they come later.
    fn slots(&self, field: &Field, path: &str, support: String, chosen: &str) -> Html {
        let offered = self.marks.slots(path);
        let mut days: Vec<SlotDay> = Vec::new();
        for (number, slot) in offered.unwrap_or_default().iter().enumerate() {
            let title = day_in_words(slot.day, self.words);
            if days.last().is_none_or(|day| day.title != title) {
                days.push(SlotDay {
                    title,
                    open: false,
                    count: String::new(),
                    times: Vec::new(),
                });
            }
            let Some(day) = days.last_mut() else { continue };
            let value = slot_value(slot);
            day.open |= value == chosen;
            day.times.push(SlotTime {
                id: format!("{}-{}", id_of(path), number + 1),
                chosen: value == chosen,
                value,
                text: self
                    .words
                    .with(
                        "forms-slot-time",
                        &[
                            ("from", rules::short_time(slot.from).into()),
                            ("to", rules::short_time(slot.to).into()),
                        ],
                    )
                    .into_owned(),
            });
        }
        for day in &mut days {
            let count = i64::try_from(day.times.len()).unwrap_or(i64::MAX);
            day.count = self.words.counted("forms-slot-free", count).into_owned();
        }
        if !days.iter().any(|day| day.open)
            && let Some(first) = days.first_mut()
        {
            first.open = true;
        }
        let mut content = marker(path);
        content.push(&shown(&Slots {
            name: path.to_owned(),
            none: self
                .words
                .get(if offered.is_some() {
                    "forms-slot-none"
                } else {
                    "forms-slot-later"
                })
                .into_owned(),
            days,
        }));
        shown(&Composite {
            words: self.words,
            id: id_of(path),
            label: field.label.get(self.language()).to_owned(),
            support,
            error: self.error(path, None),
            required: must_be_answered(field),
            content,
        })
    }

    fn date(&self, field: &Field, path: &str, typed: &Typed, purpose: &'static str) -> Html {
        let japanese = self.language().is_japanese();
        let value = |part: &str| typed.get(part).cloned().unwrap_or_default();
        let mut eras: Vec<(String, String)> = Era::ALL
            .into_iter()
            .rev()
            .map(|era| {
                let text = if japanese {
                    era.name().to_owned()
                } else {
                    format!("{} ({})", era.english(), era.name())
                };
                (era.english().to_ascii_lowercase(), text)
            })
            .collect();
        let western = (
            "western".to_owned(),
            self.words.get("forms-western").into_owned(),
        );
        if japanese {
            eras.push(western);
        } else {
            eras.insert(0, western);
        }
        let problem = self.problems.iter().find(|problem| problem.path() == path);
        let error = problem
            .map(|problem| problem.message.in_language(self.language()).into_owned())
            .unwrap_or_default();
        let wrong = problem.and_then(|problem| problem.part).unwrap_or_default();
        let hint = self.words.get("forms-date-hint");
        let birth = purpose == "bday";
        let purpose = |own: &'static str| if birth { own } else { "off" };
        // One text, as other programs may send it, is shown in the first box, from where it is read as well.
        let year = if value("").is_empty() {
            value("year")
        } else {
            value("")
        };
        shown(&DateControls {
            words: self.words,
            id: id_of(path),
            name: path.to_owned(),
            label: field.label.get(self.language()).to_owned(),
            support: match self.support(field, path) {
                own if own.is_empty() => hint.into_owned(),
                own => format!("{own} {hint}"),
            },
            error,
            era_wrong: wrong == "era",
            required: must_be_answered(field),
            era: value("era"),
            eras,
            parts: [
                ("year", "ui-year", 20, year, "off"),
                (
                    "month",
                    "ui-month",
                    4,
                    value("month"),
                    purpose("bday-month"),
                ),
                ("day", "ui-day", 4, value("day"), purpose("bday-day")),
            ]
            .map(|(part, label, length, value, purpose)| {
                let label = self.words.get(label).into_owned();
                (part, label, length, value, purpose, wrong == part)
            })
            .into(),
        })
    }

    fn address(
        &self,
        field: &Field,
        path: &str,
        support: String,
        typed: &Typed,
        outside_groups: bool,
    ) -> Html {
        let personal = outside_groups && self.is_applicants(field);
        let purpose = |own: &'static str| if personal { own } else { "" };
        let prefectures = Prefecture::all().map(|prefecture| {
            let text = if self.language().is_japanese() {
                prefecture.name().to_owned()
            } else {
                format!("{} {}", prefecture.english(), prefecture.name())
            };
            Choice::new(prefecture.name(), text)
        });
        let text = |part, label| self.part(path, part, label, typed);
        let mut postal_code = Html::of(
            &text("postal_code", "forms-postal-code")
                .numeric()
                .autocomplete(purpose("postal-code"))
                .width(10),
        );
        if self.marks.looks_up {
            postal_code.push(&self.look_up(path));
        }
        let parts = [
            postal_code,
            Html::of(
                &Select::new(
                    self.language(),
                    format!("{path}.prefecture"),
                    self.words.get("forms-prefecture"),
                )
                .choices(prefectures)
                .ask()
                .value(typed.get("prefecture").map_or("", String::as_str))
                .error(self.error(path, Some("prefecture")).as_str()),
            ),
            Html::of(&text("city", "forms-city").autocomplete(purpose("address-level2"))),
            Html::of(&text("town", "forms-town").autocomplete(purpose("address-level3"))),
            Html::of(&text("block", "forms-block").autocomplete(purpose("address-line1"))),
            Html::of(&text("building", "forms-building").autocomplete(purpose("address-line2"))),
        ];
        self.composite(field, path, support, &parts)
    }

    /// An address or landmark, and a position if somebody has one: typed, that of the device when they ask for it, or picked on a
    /// map. Either is enough.
    fn place(&self, field: &Field, path: &str, support: String, typed: &Typed) -> Html {
        let text = |key: &str| self.words.get(key).into_owned();
        let mut description = Html::of(
            &self
                .part(path, "description", "forms-place-description", typed)
                .proposes_for("/map/find", format!("{path}.coordinates")),
        );
        if self.marks.finds_places {
            let action = Wish::find_place_value(path);
            description.push(&self.look_up_button(path, action, "forms-find-place", false));
        }
        let content = [
            description,
            Html::of(
                &self
                    .part(path, "coordinates", "forms-place-coordinates", typed)
                    .support(self.words.get("forms-place-coordinates-hint"))
                    .width(20),
            ),
            shown(&Position {
                id: id_of(path),
                path: path.to_owned(),
                ask: text("forms-position"),
                waiting: text("forms-position-waiting"),
                found: text("forms-position-found"),
                refused: text("forms-position-refused"),
                failed: text("forms-position-failed"),
            }),
            Html::of(&Map::that_picks(
                self.language(),
                format!("{}-map", id_of(path)),
                self.words.get("forms-place-map"),
                format!("{path}.coordinates"),
            )),
        ];
        self.composite(field, path, support, &content)
    }

    /// The button that fills in the address of the postal code, what came of it, and a button for each area to choose from.
    fn look_up(&self, path: &str) -> Html {
        self.look_up_button(path, Wish::look_up_value(path), "forms-look-up", true)
    }

    /// A button that looks something up, what came of it, and buttons to choose from.
    fn look_up_button(&self, path: &str, action: String, label: &str, by_script: bool) -> Html {
        let found = self.marks.found.get(path);
        shown(&LookUpControls {
            id: id_of(path),
            path: path.to_owned(),
            look_up: self.words.get(label).into_owned(),
            by_script,
            action,
            said: found.map_or_else(String::new, |found| found.sentence(self.language())),
            areas: found.map_or_else(Vec::new, |found| found.buttons(path)),
        })
    }

    fn bank_account(&self, field: &Field, path: &str, support: String, typed: &Typed) -> Html {
        let text = |part, label| self.part(path, part, label, typed);
        let mut kinds = marker(&format!("{path}.kind"));
        kinds.push(
            &RadioGroup::new(
                self.language(),
                format!("{path}.kind"),
                self.words.get("forms-account-kind"),
            )
            .choices(AccountKind::ALL.map(|kind| {
                let key = format!("forms-account-{}", kind.as_str());
                Choice::new(kind.as_str(), self.words.get(&key))
            }))
            .value(typed.get("kind").map_or("", String::as_str))
            .error(self.error(path, Some("kind")).as_str())
            .inline(),
        );
        let mut yucho = Html::of(
            &text("symbol", "forms-yucho-symbol")
                .numeric()
                .width(10)
                .support(self.words.get("forms-yucho-hint")),
        );
        yucho.push(
            &text("symbol_number", "forms-yucho-number")
                .numeric()
                .width(10),
        );
        let by_symbol = typed.contains_key("symbol") || typed.contains_key("symbol_number");
        let parts = [
            Html::of(
                &text("bank_code", "forms-bank-code")
                    .numeric()
                    .width(5)
                    .support(self.words.get("forms-bank-code-hint")),
            ),
            Html::of(&text("branch_code", "forms-branch-code").numeric().width(5)),
            kinds,
            Html::of(
                &text("number", "forms-account-number")
                    .numeric()
                    .width(10)
                    .support(self.words.get("forms-account-number-hint")),
            ),
            Html::of(&Disclosure::new(self.words.get("forms-yucho"), yucho).open(by_symbol)),
            Html::of(&text("holder", "forms-holder").support(self.words.get("forms-holder-hint"))),
        ];
        self.composite(field, path, support, &parts)
    }
}
