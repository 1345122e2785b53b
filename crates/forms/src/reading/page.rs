//! Reading a page of a form as a browser sends it.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use yakuba_kernel::text::without_turns;

use super::kinds::{parts, read_field};
use crate::answers::{Answer, Answers, FileAnswer, Typed};
use crate::form::{Evaluation, FieldProblem, Form};
use crate::model::document::{Field, FieldKind, FormPage};

/// What reading a page came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRead {
    /// What to do next.
    pub outcome: Outcome,
    /// What is missing or wrong on the page; shown beside the fields. Empty unless the outcome is [`Outcome::Problems`].
    pub problems: Vec<FieldProblem>,
    /// The paths of questions that the answers brought up and that were not on the page yet, whether they must be answered or not.
    pub new_questions: Vec<String>,
    /// Files the applicant took away; whoever keeps their content may forget it.
    pub removed_files: Vec<FileAnswer>,
    /// The form with the answers as they are now.
    pub evaluation: Evaluation,
}

/// What reading a page came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything asked on the page is answered and right.
    Complete,
    /// Something is missing or wrong: show the page again with the problems.
    Problems,
    /// What was answered is right, but it brings up further questions on the same page, which may be optional: show the page again,
    /// without blame.
    MoreQuestions,
    /// An entry was added or taken away, or a file taken away, by a button: show the page again at this id, without blame.
    Changed(String),
    /// The page does not exist, or is not asked after the answers so far; nothing was read.
    NotAsked,
}

/// The controls of a page by name.
struct Sent<'s>(HashMap<&'s str, Vec<&'s str>>);

impl<'s> Sent<'s> {
    fn new(pairs: &'s [(String, String)]) -> Self {
        let mut controls: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, value) in pairs {
            controls
                .entry(name.as_str())
                .or_default()
                .push(value.as_str());
        }
        Self(controls)
    }

    /// A field's controls, when any of them was on the page.
    fn field(&self, path: &str, field: &Field) -> Option<Typed> {
        let mut found = false;
        let mut typed = Typed::new();
        for part in parts(&field.kind) {
            let name = if part.is_empty() {
                path.to_owned()
            } else {
                format!("{path}.{part}")
            };
            let Some(values) = self.0.get(name.as_str()) else {
                continue;
            };
            found = true;
            let mut filled = values.iter().filter(|value| !value.trim().is_empty());
            let text = if matches!(field.kind, FieldKind::Choices { .. }) {
                filled.copied().collect::<Vec<_>>().join("\n")
            } else {
                // An empty control of the same name stands before radio buttons and checkboxes.
                filled.next_back().copied().unwrap_or_default().to_owned()
            };
            // What was typed is shown beside other texts, which it must not turn round.
            let text = without_turns(&text).into_owned();
            if !text.is_empty() {
                typed.insert((*part).to_owned(), text);
            }
        }
        let marked = matches!(field.kind, FieldKind::File { .. } | FieldKind::Group { .. })
            && (self.0.contains_key(path) || self.0.contains_key(format!("{path}.count").as_str()));
        (found || marked).then_some(typed)
    }

    /// How many entries of a group were on the page.
    fn entries(&self, group: &str, most: u32) -> usize {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let told = self
            .0
            .get(format!("{group}.count").as_str())
            .and_then(|values| values.last())
            .and_then(|count| count.trim().parse::<usize>().ok());
        let prefix = format!("{group}.");
        let count = told.unwrap_or_else(|| {
            self.0
                .keys()
                .filter_map(|name| name.strip_prefix(prefix.as_str()))
                .filter_map(|rest| rest.split('.').next()?.parse::<usize>().ok())
                .max()
                .map_or(0, |last| last.saturating_add(1))
        });
        count.min(most)
    }

    fn action(&self) -> Option<&'s str> {
        self.0
            .get("action")
            .and_then(|values| values.last())
            .copied()
    }
}

impl Form {
    /// Reads one page, as sent by the controls of [`Form::render_page`], into the answers. Fields whose controls were not sent keep their answers.
    ///
    /// The names of the controls are the fields' paths: `birth.year`, `children.0.name.family`. A button called `action` with the value
    /// `add:GROUP`, `remove:GROUP:NUMBER` or `remove_file:PATH:ID` changes the page; any other value is the caller's. Files themselves do
    /// not come this way: see [`Form::add_file`].
    pub fn read_page(
        &self,
        page: &str,
        sent: &[(String, String)],
        answers: &mut Answers,
        today: Date,
    ) -> PageRead {
        let before = self.evaluate(answers, today);
        match self.page(page).filter(|_| before.is_page_shown(page)) {
            Some(page) => self.read(&[page], sent, answers, &before, today),
            None => PageRead {
                outcome: Outcome::NotAsked,
                problems: Vec::new(),
                new_questions: Vec::new(),
                removed_files: Vec::new(),
                evaluation: before,
            },
        }
    }

    /// Reads all pages at once, for a form whose layout is one page.
    pub fn read_all(
        &self,
        sent: &[(String, String)],
        answers: &mut Answers,
        today: Date,
    ) -> PageRead {
        let pages: Vec<&FormPage> = self.document().pages.iter().collect();
        let before = self.evaluate(answers, today);
        self.read(&pages, sent, answers, &before, today)
    }

    fn read(
        &self,
        pages: &[&FormPage],
        sent: &[(String, String)],
        answers: &mut Answers,
        before: &Evaluation,
        today: Date,
    ) -> PageRead {
        let sent = Sent::new(sent);
        let mut asked = BTreeSet::new();
        for page in pages {
            for field in &page.fields {
                let path = field.key.as_str();
                let Some(typed) = sent.field(path, field) else {
                    continue;
                };
                asked.insert(path.to_owned());
                if let FieldKind::Group { fields, max, .. } = &field.kind {
                    let count = sent.entries(path, *max);
                    let entries = answers.entries_mut(&field.key);
                    if entries.len() < count {
                        entries.resize_with(count, Answers::new);
                    }
                    for (number, entry) in entries.iter_mut().enumerate() {
                        for inner in fields {
                            let path = format!("{path}.{number}.{}", inner.key);
                            if let Some(typed) = sent.field(&path, inner) {
                                keep(inner, typed, entry);
                                asked.insert(path);
                            }
                        }
                    }
                    if entries.is_empty() {
                        answers.remove(path);
                    }
                } else {
                    keep(field, typed, answers);
                }
            }
        }
        let mut removed_files = Vec::new();
        let changed = sent
            .action()
            .and_then(|action| self.change(action, pages, answers, &mut removed_files));
        let evaluation = self.evaluate(answers, today);
        if let Some(id) = changed {
            return PageRead {
                outcome: Outcome::Changed(id),
                problems: Vec::new(),
                new_questions: Vec::new(),
                removed_files,
                evaluation,
            };
        }
        let on_pages: Vec<&FieldProblem> = evaluation
            .problems
            .iter()
            .filter(|problem| pages.iter().any(|page| page.key == problem.page))
            .collect();
        let problems: Vec<FieldProblem> = on_pages
            .iter()
            .filter(|problem| asked.contains(&problem.path()))
            .map(|problem| (*problem).clone())
            .collect();
        let new_questions = came_up(pages, &asked, before, &evaluation);
        let outcome = if !problems.is_empty() {
            Outcome::Problems
        } else if !on_pages.is_empty() || !new_questions.is_empty() {
            Outcome::MoreQuestions
        } else {
            Outcome::Complete
        };
        PageRead {
            outcome,
            problems,
            new_questions,
            removed_files,
            evaluation,
        }
    }

    /// Adds or takes away what a button asks for; where the page is to be shown again.
    fn change(
        &self,
        action: &str,
        pages: &[&FormPage],
        answers: &mut Answers,
        removed_files: &mut Vec<FileAnswer>,
    ) -> Option<String> {
        let mut words = action.splitn(3, ':');
        let (verb, path, last) = (words.next()?, words.next()?, words.next());
        let top = path.split('.').next()?;
        let field = pages
            .iter()
            .flat_map(|page| &page.fields)
            .find(|field| field.key.as_str() == top)?;
        match (verb, &field.kind, last) {
            ("add", FieldKind::Group { max, .. }, None) if path == top => {
                let entries = answers.entries_mut(&field.key);
                if entries.len() < usize::try_from(*max).unwrap_or(usize::MAX) {
                    entries.push(Answers::new());
                }
                Some(format!("{path}-{}", entries.len().saturating_sub(1)))
            }
            ("remove", FieldKind::Group { .. }, Some(number)) if path == top => {
                let number: usize = number.parse().ok()?;
                let entries = answers.entries_mut(&field.key);
                if number < entries.len() {
                    let entry = entries.remove(number);
                    removed_files.extend(entry.files().into_iter().cloned());
                }
                if entries.is_empty() {
                    answers.remove(path);
                }
                Some(path.to_owned())
            }
            ("remove_file", _, Some(id)) => {
                removed_files.extend(self.remove_file(answers, path, id));
                Some(path.replace('.', "-"))
            }
            _ => None,
        }
    }
}

/// The questions of pages that are shown now, were not shown before, and of which no control was sent: nobody has seen them. What a
/// reader saw and left empty is not among them, nor is a question of a new entry that has no condition of its own.
fn came_up(
    pages: &[&FormPage],
    asked: &BTreeSet<String>,
    before: &Evaluation,
    now: &Evaluation,
) -> Vec<String> {
    let mut found = Vec::new();
    for field in pages.iter().flat_map(|page| &page.fields) {
        let path = field.key.as_str();
        let is_new =
            |path: &str| now.is_shown(path) && !before.is_shown(path) && !asked.contains(path);
        if is_new(path) {
            found.push(path.to_owned());
        }
        if let FieldKind::Group { fields, .. } = &field.kind {
            let conditional = fields.iter().filter(|inner| inner.show_if.is_some());
            let inside: Vec<String> = conditional.map(|inner| format!(".{}", inner.key)).collect();
            let prefix = format!("{path}.");
            found.extend(
                now.fields
                    .keys()
                    .filter(|path| path.starts_with(&prefix))
                    .filter(|path| inside.iter().any(|ending| path.ends_with(ending.as_str())))
                    .filter(|path| is_new(path))
                    .cloned(),
            );
        }
    }
    found
}

/// Makes an answer of what was typed, or keeps what was typed.
pub(crate) fn keep(field: &Field, typed: Typed, answers: &mut Answers) {
    if matches!(field.kind, FieldKind::File { .. }) {
        return;
    }
    match read_field(field, &typed) {
        Ok(Some(answer)) => answers.set(field.key.clone(), answer),
        Ok(None) => {
            answers.remove(field.key.as_str());
        }
        Err(_) => answers.set_typed(field.key.clone(), typed),
    }
}

impl Form {
    /// Adds a file to the file field at a path, after its content was examined and kept. The last ones beyond the field's number are
    /// refused.
    ///
    /// # Errors
    /// The file, when there is no such field or it is full.
    pub fn add_file(
        &self,
        answers: &mut Answers,
        path: &str,
        file: FileAnswer,
    ) -> Result<(), FileAnswer> {
        let Some(Field {
            key,
            kind: FieldKind::File { max_files, .. },
            ..
        }) = self.field_at_path(path)
        else {
            return Err(file);
        };
        let Some(holder) = holder_of(answers, path) else {
            return Err(file);
        };
        let mut files = match holder.remove(key.as_str()) {
            Some(Answer::Files(files)) => files,
            _ => Vec::new(),
        };
        let full = files.len() >= usize::try_from(*max_files).unwrap_or(usize::MAX);
        let outcome = if full {
            Err(file)
        } else {
            files.push(file);
            Ok(())
        };
        holder.set(key.clone(), Answer::Files(files));
        outcome
    }

    /// Takes a file away; it, when it was there.
    pub fn remove_file(&self, answers: &mut Answers, path: &str, id: &str) -> Option<FileAnswer> {
        let field = self.field_at_path(path)?;
        let holder = holder_of(answers, path)?;
        let Some(Answer::Files(files)) = holder.get(field.key.as_str()) else {
            return None;
        };
        let mut files = files.clone();
        let number = files.iter().position(|file| file.id == id)?;
        let file = files.remove(number);
        if files.is_empty() {
            holder.remove(field.key.as_str());
        } else {
            holder.set(field.key.clone(), Answer::Files(files));
        }
        Some(file)
    }
}

/// The answers in which the field at a path stands: the form's, or those of a group's entry.
pub(crate) fn holder_of<'a>(answers: &'a mut Answers, path: &str) -> Option<&'a mut Answers> {
    let mut parts = path.split('.');
    let top = parts.next()?;
    match parts.next() {
        None => Some(answers),
        Some(entry) => {
            let number: usize = entry.parse().ok()?;
            let key = crate::model::document::Key::new(top).ok()?;
            if answers.entries(top).len() <= number {
                return None;
            }
            answers.entries_mut(&key).get_mut(number)
        }
    }
}
