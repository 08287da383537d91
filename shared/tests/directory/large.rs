//! A directory as large as it may become.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::context::{Context, SHEET};

const OFFICES: usize = 10_000;
const USERS: usize = 50_000;
/// What DynamoDB accepts as an item.
const ITEM_BYTES: usize = 400 * 1024;

/// Text that does not compress.
fn noise(seed: usize) -> String {
    format!("{:x}", Sha256::digest(seed.to_be_bytes()))
}

fn sheet(rows: usize, row: impl Fn(usize) -> Vec<Value>) -> Vec<Vec<Value>> {
    std::iter::once(vec![json!("header")]).chain((0..rows).map(row)).collect()
}

#[tokio::test]
async fn ten_thousand_offices_and_fifty_thousand_users_fit() {
    let ctx = Context::new().await;
    let calendar = |n: usize| format!("{}@group.calendar.example.com", noise(n));
    ctx.world.set_sheet(SHEET, "Offices", sheet(OFFICES, |n| vec![json!(format!("Office {n}")), json!(calendar(n))]));
    let user = |n: usize| {
        let name = noise(OFFICES + n);
        let email = format!("{}.{n}@example.com", &name[..24]);
        vec![json!(email), json!(&name[24..32]), json!(&name[32..44]), json!(n.to_string())]
    };
    ctx.world.set_sheet(SHEET, "Manual users", sheet(USERS, user));

    let report = ctx.usual_process().reload().await;
    assert_eq!((report.offices.used, report.users.used), (OFFICES, USERS));
    let items = ctx.items().await;
    let sizes = items.values().filter_map(|item| item.get("data")).map(|data| data.as_b().unwrap().as_ref().len());
    let sizes: Vec<usize> = sizes.collect();
    assert!(sizes.len() > 4, "several chunks: {sizes:?}");
    assert!(sizes.iter().all(|size| size + 1024 < ITEM_BYTES), "{sizes:?}");

    let cold = ctx.usual_process();
    assert_eq!(cold.calendar("Office 9999").await, calendar(9_999));
    let offices = cold.offices().await.unwrap();
    assert_eq!(offices.len(), OFFICES);
    assert!(offices.is_sorted_by_key(|known| &known.office.name));
    let roster = cold.roster().await.unwrap();
    assert_eq!((roster.offices.len(), roster.users.len()), (OFFICES, USERS));
    let last = roster.users.values().find(|user| user.email.as_str().contains(".49999@")).unwrap();
    assert_eq!(last.details.as_ref().unwrap().employee_number, "49999");
    assert_eq!(ctx.sheet_reads(), 1);
    ctx.finish();
}
