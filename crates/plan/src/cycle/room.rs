//! What every handler of this room starts from: who asks, in which language, forms that keep what was typed, pages in one frame.

use std::ops::Deref;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_kernel::{DepartmentCode, FiscalYear};
use yakuba_ui::{Button, ButtonKind, Choice, Html, NotificationBanner, Page, Select, Shell};

use super::{
    form::FormMaker,
    section::{Section, Sections},
    wording::Wording,
};
use crate::{
    capabilities::{EDIT, MANAGE},
    desk_menu::{self, LOOK},
    error::PlanError,
    forms::{Fields, done},
    measuring,
    model::document::Initiative,
    store::{
        self, PlanRecord,
        cycle::{self, People},
    },
};

/// A request to a page of this room.
pub(super) struct Room {
    pub(super) city: City,
    pub(super) principal: Principal,
    pub(super) query: Fields,
    wording: Wording,
    shell: Shell,
    path: String,
    /// What was typed into a form that was refused, and why.
    refused: Option<(Fields, String)>,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        Ok(Self {
            city: city.clone(),
            principal: Principal::from_request_parts(parts, city).await?,
            wording: Wording::new(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            path: parts.uri.path().to_owned(),
            shell,
            refused: None,
        })
    }
}

impl Deref for Room {
    type Target = Wording;

    fn deref(&self) -> &Wording {
        &self.wording
    }
}

impl Room {
    pub(super) fn db(&self) -> &DatabaseConnection {
        self.city.db()
    }

    pub(super) fn account(&self) -> Result<i64, Problem> {
        self.principal
            .staff()
            .map(|staff| staff.account)
            .ok_or(Problem::SignInNeeded)
    }

    pub(super) fn may_look(&self) -> bool {
        LOOK.into_iter()
            .any(|capability| self.principal.holds(capability))
    }

    /// The plan with that key, for those who may see what is not published.
    pub(super) async fn plan(&self, key: &str) -> Result<PlanRecord, Problem> {
        if !self.may_look() {
            return Err(Problem::NotAllowed);
        }
        Ok(store::plan(self.db(), key).await?)
    }

    /// Whether the person holds a capability in a department, or looks after the whole plan.
    pub(super) fn may_in(&self, capability: Capability, department: &str) -> bool {
        DepartmentCode::new(department).is_ok_and(|code| self.principal.holds_in(capability, &code))
    }

    pub(super) fn may_everywhere(&self, capability: Capability) -> bool {
        self.principal.holds_everywhere(capability)
    }

    /// Whether the person may write for a department: its editors, and whoever manages the plan.
    pub(super) fn may_write(&self, department: &str) -> bool {
        self.may_in(EDIT, department) || self.may_everywhere(MANAGE)
    }

    /// Refuses who may not write for a department.
    pub(super) fn need_write(&self, department: &str) -> Result<(), Problem> {
        needed(self.may_write(department))
    }

    pub(super) fn need_everywhere(&self, capability: Capability) -> Result<(), Problem> {
        needed(self.may_everywhere(capability))
    }

    /// The departments the person may write for.
    pub(super) fn own_departments<'p>(&self, people: &'p People) -> Vec<&'p cycle::Department> {
        people
            .departments()
            .iter()
            .filter(|department| self.may_write(&department.code))
            .collect()
    }

    /// Changes something in this person's name.
    pub(super) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, PlanError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, PlanError>> + Send + Sync + 'static,
    {
        self.city.write(self.principal.actor(), input, work).await
    }

    /// What follows a change: the page that `then` names with its notice; when it was refused and the person can mend it, the
    /// page with the form `again`, which says why and keeps what was typed.
    pub(super) async fn answer<T>(
        mut self,
        outcome: Result<T, PlanError>,
        typed: Fields,
        then: impl FnOnce(T) -> (String, &'static str),
        again: impl AsyncFnOnce(&Room) -> Result<Page, Problem>,
    ) -> Result<Response, Problem> {
        match outcome {
            Ok(value) => {
                let (path, notice) = then(value);
                Ok(done(&path, notice))
            }
            Err(error) => {
                self.refuse(error, typed)?;
                Ok(again(&self).await?.into_response())
            }
        }
    }

    /// Keeps what was typed and why it was refused, for the form to be shown again.
    /// What the person cannot mend becomes the answer itself.
    fn refuse(&mut self, error: PlanError, typed: Fields) -> Result<(), Problem> {
        let sentence = match &error {
            PlanError::Empty(field) => {
                let label = self.t(&format!("cycle-field-{}", field.replace('_', "-")));
                self.words
                    .with_text("cycle-error-empty", "field", &label)
                    .into_owned()
            }
            PlanError::ChangedMeanwhile => self.t("cycle-error-changed"),
            PlanError::WrongState(_) => self.t("cycle-error-state"),
            PlanError::BadKey(_) => self.t("cycle-error-key"),
            _ => return Err(error.into()),
        };
        self.refused = Some((typed, sentence));
        Ok(())
    }

    /// Shows a form again with a sentence of its own.
    pub(super) fn refuse_with(&mut self, key: &str, typed: Fields) {
        self.refused = Some((typed, self.t(key)));
    }

    /// What was typed into a field of a form that was refused.
    pub(super) fn typed(&self, form: &str, name: &str) -> Option<String> {
        let (typed, _) = self.refused.as_ref()?;
        (typed.get("form") == form && typed.has(name)).then(|| typed.get(name).to_owned())
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(super) async fn page(
        &self,
        title: impl Into<String>,
        plan: Option<&PlanRecord>,
        sections: Vec<Section>,
    ) -> Result<Page, Problem> {
        let mut shell = self.shell.clone();
        desk_menu::complete(&mut shell, &self.principal, plan, self.db()).await?;
        let mut page = Page::desk(shell, title, &Sections { sections });
        if self.path != "/desk" {
            page = page.breadcrumb(self.t("cycle-home"), "/desk");
        }
        if let Some(plan) = plan {
            page = page
                .breadcrumb(self.t("cycle-menu-plans"), "/desk/plan")
                .breadcrumb(&plan.title, format!("/desk/plan/{}", plan.key));
        }
        let done = self.query.get("done");
        if !done.is_empty() && self.words.has(&format!("cycle-done-{done}")) {
            page = page.notice(NotificationBanner::success(
                self.t(&format!("cycle-done-{done}")),
            ));
        }
        if let Some((_, sentence)) = &self.refused {
            page = page
                .notice(NotificationBanner::error(sentence))
                .with_errors(true);
        }
        Ok(page)
    }

    /// A page for residents.
    pub(super) fn public_page(&self, title: impl Into<String>, sections: Vec<Section>) -> Page {
        Page::public(self.shell.clone(), title, &Sections { sections })
    }

    /// A form that is sent to `action`.
    pub(super) fn form(&self, name: &'static str, action: impl Into<String>) -> FormMaker<'_> {
        FormMaker::new(self, name, action.into())
    }

    /// The indicators of a plan's initiatives to choose from; of one initiative where its key is not empty.
    pub(super) async fn indicator_choices(
        &self,
        plan: &PlanRecord,
        initiative_key: &str,
    ) -> Result<Vec<Choice>, Problem> {
        let document = store::load(self.db(), &plan.key).await?;
        let wanted = |initiative: &&Initiative| {
            initiative_key.is_empty() || initiative.key.as_deref() == Some(initiative_key)
        };
        let choices = measuring::initiatives(&document)
            .map(|(_, initiative)| initiative)
            .filter(wanted)
            .flat_map(|initiative| {
                initiative.indicators.iter().filter_map(|indicator| {
                    let name = format!("{}：{}", initiative.title, indicator.name);
                    Some(Choice::new(indicator.key.as_deref()?, name))
                })
            });
        Ok(choices.collect())
    }

    /// The years a person can look at: from the plan's first to the running one, newest first.
    pub(super) fn years(&self, plan: &PlanRecord) -> Vec<FiscalYear> {
        let running = FiscalYear::from_date(self.city.today());
        let first = plan
            .first_year
            .and_then(fiscal_year)
            .unwrap_or_else(|| running.previous());
        let mut years = Vec::new();
        let mut year = running;
        while year >= first && years.len() < 30 {
            years.push(year);
            year = year.previous();
        }
        years
    }

    /// The year asked for, or the one that is looked back on now: the last that is over.
    pub(super) fn asked_year(&self) -> FiscalYear {
        FiscalYear::read(self.query.get("year"))
            .unwrap_or_else(|| FiscalYear::from_date(self.city.today()).previous())
    }

    /// A filter by year and department, as a form that only asks.
    pub(super) fn filter(
        &self,
        years: &[FiscalYear],
        year: FiscalYear,
        people: Option<(&People, &str)>,
    ) -> Html {
        let mut fields = Html::empty();
        fields.push(
            &Select::new(self.language(), "year", self.t("cycle-field-year"))
                .choices(
                    years
                        .iter()
                        .map(|year| Choice::new(year.year().to_string(), self.year(*year))),
                )
                .value(&year.year().to_string()),
        );
        if let Some((people, department)) = people {
            fields.push(
                &Select::new(
                    self.language(),
                    "department",
                    self.t("cycle-field-department"),
                )
                .or_all()
                .choices(self.department_choices(people.departments().iter()))
                .value(department),
            );
        }
        let filter = Filter {
            action: &self.path,
            fields,
            button: Button::submit(self.t("cycle-show")).kind(ButtonKind::Other),
        };
        Html::render(&filter).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "cycle/filter.html")]
struct Filter<'a> {
    action: &'a str,
    fields: Html,
    button: Button,
}

/// Everybody, to choose one.
pub(super) fn person_choices(people: &People) -> Vec<Choice> {
    people
        .persons()
        .map(|person| Choice::new(person.id.to_string(), &person.display_name))
        .collect()
}

fn needed(holds: bool) -> Result<(), Problem> {
    if holds {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

pub(super) fn fiscal_year(stored: i64) -> Option<FiscalYear> {
    FiscalYear::new(i32::try_from(stored).ok()?).ok()
}
