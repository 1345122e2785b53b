//! What administrators see: accounts, departments, roles, access tokens, settings, audit log, personnel changes.

mod accounts;
mod audit;
mod departments;
mod personnel;
mod roles;
mod tokens;

use axum::response::{IntoResponse, Response};
use yakuba_city::web::{Access, Capability, Problem, Routes};
use yakuba_ui::Html;

use crate::{ADMINISTER, PERSONNEL, READ_AUDIT, asked::Asked};

pub(crate) fn routes() -> Routes {
    let administer = Access::Staff(ADMINISTER);
    Routes::new()
        .get("/desk/identity", administer, show)
        .get("/desk/identity/accounts", administer, accounts::list)
        .post("/desk/identity/accounts", administer, accounts::create)
        .get("/desk/identity/accounts/{id}", administer, accounts::show)
        .post("/desk/identity/accounts/{id}", administer, accounts::save)
        .post(
            "/desk/identity/accounts/{id}/do",
            administer,
            accounts::carry_out,
        )
        .get("/desk/identity/departments", administer, departments::list)
        .post(
            "/desk/identity/departments",
            administer,
            departments::create,
        )
        .get(
            "/desk/identity/departments/{code}",
            administer,
            departments::show,
        )
        .post(
            "/desk/identity/departments/{code}",
            administer,
            departments::save,
        )
        .get("/desk/identity/roles", administer, roles::list)
        .post("/desk/identity/roles", administer, roles::save)
        .post("/desk/identity/roles/remove", administer, roles::remove)
        .post("/desk/identity/grants", administer, roles::grant)
        .post("/desk/identity/grants/revoke", administer, roles::revoke)
        .get("/desk/identity/tokens", administer, tokens::list)
        .post("/desk/identity/tokens", administer, tokens::create)
        .post("/desk/identity/tokens/revoke", administer, tokens::revoke)
        .get("/desk/identity/settings", administer, tokens::settings)
        .post("/desk/identity/settings", administer, tokens::save_settings)
        .get(
            "/desk/identity/audit",
            Access::Staff(READ_AUDIT),
            audit::show,
        )
        .get(
            "/desk/identity/personnel",
            Access::Staff(PERSONNEL),
            personnel::show,
        )
        .post(
            "/desk/identity/personnel",
            Access::Staff(PERSONNEL),
            personnel::upload,
        )
        .get(
            "/desk/identity/personnel/{id}",
            Access::Staff(PERSONNEL),
            personnel::preview,
        )
        .post(
            "/desk/identity/personnel/{id}",
            Access::Staff(PERSONNEL),
            personnel::commit,
        )
}

/// These pages are about the whole city: a role for one department is not enough.
pub(crate) fn require(asked: &Asked, capability: Capability) -> Result<(), Problem> {
    if asked.principal.holds_everywhere(capability) {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

async fn show(asked: Asked) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let words = asked.words;
    let mut content = asked.content();
    content.paragraph(words.get("identity-desk-lead"));
    content.markup("<ul>");
    for (page, key) in [
        ("accounts", "identity-accounts"),
        ("departments", "identity-departments"),
        ("roles", "identity-roles"),
        ("tokens", "identity-tokens"),
        ("settings", "identity-settings"),
        ("personnel", "identity-personnel"),
        ("audit", "identity-audit"),
    ] {
        content.markup(format!(
            r#"<li><a href="/desk/identity/{page}">{}</a></li>"#,
            Html::text(&words.get(key))
        ));
    }
    content.markup("</ul>");
    let title = words.get("identity-desk-title");
    Ok(yakuba_ui::Page::from_html(
        asked.shell,
        yakuba_ui::Density::Desk,
        title,
        content.into_html(),
    )
    .into_response())
}
