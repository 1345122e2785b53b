//! Stories of departments, posts and what they allow, each on both databases.

use crate::support::{
    Browser, PASSWORD, account, administrator, department, departments, post,
    second_factor_is_optional,
};
use jiff::{Timestamp, civil::date};
use yakuba_city::{
    Actor, City, each_database,
    web::{Capability, Scope},
};
use yakuba_identity::{
    AccountId, AccountState, GrantScope, Holder, IdentityError, IdentityService, NewDepartment,
    NewGrant, Role, grant_role,
    model::personnel::{self, Difference, PersonnelError, PersonnelFile, ProblemKind},
    put_role,
    store::{accounts, departments as tree, personnel as entries, roles},
};

const REVIEW: Capability = Capability::new("plan.review");

async fn role_for_section_heads(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            put_role(
                tx,
                &Role {
                    key: "reviewer".into(),
                    name_ja: "評価者".into(),
                    name_en: String::new(),
                    capabilities: vec![REVIEW.name.into()],
                },
            )
            .await?;
            grant_role(
                tx,
                &NewGrant {
                    role: "reviewer".into(),
                    holder: Holder::Post {
                        post: "課長".into(),
                        department: None,
                    },
                    scope: GrantScope::Own,
                    first_day: date(2020, 4, 1),
                    last_day: None,
                },
            )
            .await
        })
    })
    .await
    .unwrap();
}

async fn where_on(city: &City, account: AccountId, day: jiff::civil::Date) -> Vec<String> {
    roles::grants_of(city.db(), account, day)
        .await
        .unwrap()
        .into_iter()
        .filter(|grant| grant.capability == REVIEW.name)
        .map(|grant| match grant.scope {
            Scope::City => "city".to_owned(),
            Scope::Department(code) => code.to_string(),
        })
        .collect()
}

fn file(text: &str) -> PersonnelFile {
    personnel::read(
        format!("職員番号,氏名,フリガナ,部署コード,職,発令日,区分\n{text}").as_bytes(),
        "異動.csv",
    )
    .unwrap()
}

async fn commit(city: &City, file: PersonnelFile) -> Result<entries::Preview, IdentityError> {
    city.write(Actor::CommandLine, file, |tx, file| {
        Box::pin(entries::commit(tx, file, None))
    })
    .await
}

each_database!(
    a_grant_on_a_department_covers_those_below_it,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        role_for_section_heads(&city).await;
        let id = account(&city, "sato").await;
        assert!(where_on(&city, id, city.today()).await.is_empty());
        post(&city, id, "policy", "課長", date(2024, 4, 1)).await;
        assert_eq!(where_on(&city, id, city.today()).await, ["dx", "policy"]);
        assert!(where_on(&city, id, date(2024, 3, 31)).await.is_empty());
        city.write(Actor::CommandLine, id, |tx, id| {
            Box::pin(grant_role_owned(
                tx,
                NewGrant {
                    role: "reviewer".into(),
                    holder: Holder::Account(*id),
                    scope: GrantScope::City,
                    first_day: date(2026, 12, 1),
                    last_day: Some(date(2026, 12, 31)),
                },
            ))
        })
        .await
        .unwrap();
        assert_eq!(
            where_on(&city, id, date(2026, 12, 31)).await,
            ["city", "dx", "policy"]
        );
        assert_eq!(
            where_on(&city, id, date(2027, 1, 1)).await,
            ["dx", "policy"]
        );
    }
);

async fn grant_role_owned(tx: &yakuba_city::Tx, grant: NewGrant) -> Result<i64, IdentityError> {
    grant_role(tx, &grant).await
}

each_database!(
    in_april_permissions_move_with_the_post_and_open_sessions_lose_the_old_ones_at_once,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        role_for_section_heads(&city).await;
        second_factor_is_optional(&city).await;
        let id = account(&city, "t001").await;
        post(&city, id, "tax", "課長", date(2024, 4, 1)).await;
        // 31 March 2027, 23:50 in Japan.
        let evening: Timestamp = "2027-03-31T14:50:00Z".parse().unwrap();
        city.clock().set(evening);
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.sign_in("t001", PASSWORD).await;
        assert!(browser.is_signed_in().await);
        let changes = file(
            "T001,佐藤花,サトウ ハナ,dx,課長,令和9年4月1日,異動\nT001,,,policy,主査,R9.4.1,兼務\nT900,新人 一郎,シンジン,tax,係員,2027-04-01,採用\n",
        );
        let preview = entries::preview(city.db(), &changes).await.unwrap();
        assert_eq!((preview.obstacles(), preview.changing_lines()), (0, 3));
        assert!(
            matches!(&preview.lines[0].1, Difference::Moved(Some(from)) if from.department == department("tax"))
        );
        assert_eq!(preview.lines[2].1, Difference::New);
        commit(&city, changes.clone()).await.unwrap();

        assert_eq!(where_on(&city, id, city.today()).await, ["tax"]);
        city.clock().set("2027-03-31T15:00:00Z".parse().unwrap());
        assert_eq!(where_on(&city, id, city.today()).await, ["dx"]);
        // The same session goes on, with the new permissions only.
        assert!(browser.is_signed_in().await);
        let new = accounts::account_by_login(city.db(), "t900")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            accounts::posts_of(city.db(), new.id).await.unwrap().len(),
            1
        );

        // Entered twice it changes nothing.
        let again = commit(&city, changes).await.unwrap();
        assert_eq!(again.changing_lines(), 0);
        assert_eq!(crate::support::count(&city, "accounts").await, 2);
        assert_eq!(crate::support::count(&city, "posts_held").await, 4);
    }
);

each_database!(
    who_leaves_is_signed_out_the_day_after,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        second_factor_is_optional(&city).await;
        let id = account(&city, "t001").await;
        post(&city, id, "tax", "課長", date(2024, 4, 1)).await;
        commit(&city, file("T001,,,,,2027-03-31,退職\n"))
            .await
            .unwrap();
        city.clock().set("2027-03-31T14:59:00Z".parse().unwrap());
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.sign_in("t001", PASSWORD).await;
        assert!(browser.is_signed_in().await);
        city.clock().set("2027-03-31T15:00:00Z".parse().unwrap());
        assert!(!browser.is_signed_in().await);
        browser.sign_in("t001", PASSWORD).await;
        assert!(!browser.is_signed_in().await);
    }
);

each_database!(
    a_file_with_one_wrong_line_changes_nothing,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        let id = account(&city, "t001").await;
        post(&city, id, "tax", "課長", date(2024, 4, 1)).await;
        let changes = file(
            "T001,佐藤花,,dx,課長,2027-04-01,異動\nT002,だれか,,dx,係員,2027-04-01,異動\nT001,,,nowhere,係員,2027-05-01,異動\nT001,,,tax,係員,2027-04-01,異動\n",
        );
        let preview = entries::preview(city.db(), &changes).await.unwrap();
        let kinds: Vec<_> = preview
            .problems
            .iter()
            .map(|problem| (problem.line, problem.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                (3, ProblemKind::UnknownAccount),
                (4, ProblemKind::UnknownDepartment),
                (5, ProblemKind::TwoMainPosts),
            ]
        );
        let outcome = commit(&city, changes).await;
        assert!(matches!(
            outcome,
            Err(IdentityError::Personnel(PersonnelError::Problems(3)))
        ));
        assert_eq!(crate::support::count(&city, "posts_held").await, 1);
    }
);

each_database!(
    what_was_looked_at_is_what_is_committed,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        let id = account(&city, "t001").await;
        post(&city, id, "tax", "課長", date(2024, 4, 1)).await;
        let kept = city
            .write(
                Actor::CommandLine,
                file("T001,,,dx,課長,2027-04-01,異動\n"),
                |tx, file| Box::pin(entries::keep_upload(tx, "異動.csv", file)),
            )
            .await
            .unwrap();
        let upload = entries::upload(city.db(), kept).await.unwrap().unwrap();
        let seen = entries::preview(city.db(), &upload.file)
            .await
            .unwrap()
            .fingerprint;
        commit(&city, file("T001,,,policy,部長,2027-02-01,異動\n"))
            .await
            .unwrap();
        let carry_out = |seen: String| {
            city.write(Actor::CommandLine, (kept, seen), |tx, (kept, seen)| {
                Box::pin(entries::commit_upload(tx, *kept, seen))
            })
        };
        assert!(matches!(
            carry_out(seen).await,
            Err(IdentityError::Personnel(PersonnelError::Stale))
        ));
        let seen = entries::preview(city.db(), &upload.file)
            .await
            .unwrap()
            .fingerprint;
        carry_out(seen.clone()).await.unwrap();
        assert!(matches!(
            carry_out(seen).await,
            Err(IdentityError::Personnel(PersonnelError::Committed))
        ));
    }
);

each_database!(
    a_department_never_stands_below_itself,
    [&IdentityService],
    async |city| {
        departments(&city).await;
        let change = |code: &'static str, parent: &'static str| {
            city.write(Actor::CommandLine, (code, parent), |tx, (code, parent)| {
                Box::pin(async move {
                    tree::update_department(
                        tx,
                        &NewDepartment {
                            code: department(code),
                            name_ja: "部".into(),
                            name_en: String::new(),
                            parent: Some(department(parent)),
                            first_day: date(2020, 4, 1),
                            last_day: None,
                            position: 0,
                        },
                    )
                    .await
                })
            })
        };
        assert!(matches!(
            change("policy", "dx").await,
            Err(IdentityError::DepartmentCircle(_))
        ));
        assert!(matches!(
            change("policy", "policy").await,
            Err(IdentityError::DepartmentCircle(_))
        ));
        assert!(matches!(
            change("policy", "nowhere").await,
            Err(IdentityError::Unknown { .. })
        ));
        change("tax", "policy").await.unwrap();
        let sorted: Vec<_> = tree::departments(city.db())
            .await
            .unwrap()
            .into_iter()
            .map(|department| (department.code.to_string(), department.depth))
            .collect();
        assert_eq!(
            sorted,
            [
                ("policy".to_owned(), 0),
                ("dx".to_owned(), 1),
                ("tax".to_owned(), 1)
            ]
        );
    }
);

each_database!(
    somebody_can_always_administer_the_city,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        administrator(&city, id).await;
        let suspend = |id: AccountId| {
            city.write(Actor::CommandLine, id, |tx, id| {
                Box::pin(accounts::set_account_state(
                    tx,
                    *id,
                    AccountState::Suspended,
                ))
            })
        };
        assert!(matches!(
            suspend(id).await,
            Err(IdentityError::LastAdministrator)
        ));
        let grant = roles::stored_grants(city.db()).await.unwrap()[0].id;
        let revoked: Result<(), IdentityError> = city
            .write(Actor::CommandLine, grant, |tx, grant| {
                Box::pin(roles::revoke_grant(tx, *grant))
            })
            .await;
        assert!(matches!(revoked, Err(IdentityError::LastAdministrator)));
        let other = account(&city, "suzuki").await;
        administrator(&city, other).await;
        suspend(id).await.unwrap();
        assert!(matches!(
            suspend(other).await,
            Err(IdentityError::LastAdministrator)
        ));
    }
);

each_database!(
    a_login_name_belongs_to_one_account,
    [&IdentityService],
    async |city| {
        account(&city, "sato").await;
        let twin = city
            .write(Actor::CommandLine, (), |tx, ()| {
                Box::pin(async move {
                    yakuba_identity::create_account(
                        tx,
                        &yakuba_identity::NewAccount {
                            login_name: yakuba_identity::LoginName::new("ＳＡＴＯ")?,
                            display_name: "別人".into(),
                            kana: String::new(),
                            email: None,
                            password: None,
                        },
                    )
                    .await
                })
            })
            .await;
        assert!(matches!(twin, Err(IdentityError::Exists { .. })));
    }
);
