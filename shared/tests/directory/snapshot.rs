//! How the last good content is kept in DynamoDB.

use chrono::DateTime;
use moffman::store::StoreError;
use moffman::store::directory_snapshot::{Pointer, SnapshotContent, SnapshotPart};
use moffman::store::subscribed::CalendarDigest;
use moffman::store::token::StoredToken;
use moffman_testbed::Testbed;
use secrecy::ExposeSecret;

use crate::context::{Context, person};

#[tokio::test]
async fn making_the_table_twice_is_making_it_once() {
    let ctx = Context::new().await;
    ctx.store.create_table().await.unwrap();
    let ttl = ctx.dynamodb.describe_time_to_live().table_name("moffman").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description.unwrap().attribute_name.as_deref(), Some("expires_at"));
}

#[tokio::test]
async fn a_token_is_kept_under_its_key() {
    let ctx = Context::new().await;
    assert!(ctx.store.load_token("a").await.unwrap().is_none());
    let expires_at = DateTime::from_timestamp(1_781_000_000, 0).unwrap();
    for text in ["first", "second"] {
        let token = StoredToken { access_token: text.into(), expires_at };
        ctx.store.save_token("a", &token).await.unwrap();
    }
    let token = ctx.store.load_token("a").await.unwrap().unwrap();
    assert_eq!((token.access_token.expose_secret(), token.expires_at), ("second", expires_at));
    assert!(!format!("{token:?}").contains("second"));
    assert!(ctx.store.load_token("b").await.unwrap().is_none());
}

#[tokio::test]
async fn without_the_table_the_error_says_so() {
    let ctx = Context::new().await;
    let store = moffman::store::Store::new(ctx.dynamodb.clone(), "another-table");
    let refused = store.load_token("a").await.unwrap_err();
    assert_eq!(refused, StoreError::Refused("ResourceNotFoundException".to_owned()));
}

#[tokio::test]
async fn the_pointer_moves_once_per_revision() {
    let ctx = Context::new().await;
    assert_eq!(ctx.store.load_pointer().await.unwrap(), Pointer::default());
    let content = SnapshotContent::of(SnapshotPart::Users, &["entry"]).unwrap();
    let mut first = Pointer { revision: 1, ..Pointer::default() };
    first.set(SnapshotPart::Users, ctx.store.write_version(1, &content, "source").await.unwrap());
    ctx.store.move_pointer(0, &first).await.unwrap();
    let late = Pointer { revision: 1, ..Pointer::default() };
    assert_eq!(ctx.store.move_pointer(0, &late).await, Err(StoreError::ConditionFailed));
    assert_eq!(ctx.store.load_pointer().await.unwrap(), first);
    ctx.store.move_pointer(1, &Pointer { revision: 2, ..first.clone() }).await.unwrap();

    let version = first.of(SnapshotPart::Users).unwrap();
    let entries: Option<Vec<String>> = ctx.store.load_version(SnapshotPart::Users, version).await.unwrap();
    assert_eq!(entries, Some(vec!["entry".to_owned()]));
    let elsewhere: Option<Vec<String>> = ctx.store.load_version(SnapshotPart::Offices, version).await.unwrap();
    assert_eq!(elsewhere, None);
}

#[tokio::test]
async fn subscribed_calendars_add_up() {
    let ctx = Context::new().await;
    let [a, b, c] = ["a", "b", "c"].map(|id| CalendarDigest::of(&id.into()));
    assert!(ctx.store.load_subscribed().await.unwrap().is_empty());
    ctx.store.add_subscribed(&[]).await.unwrap();
    ctx.store.add_subscribed(&[a, b]).await.unwrap();
    ctx.store.add_subscribed(&[b, c]).await.unwrap();
    assert_eq!(ctx.store.load_subscribed().await.unwrap(), [a, b, c].into());
}

#[tokio::test]
async fn superseded_chunks_live_for_a_day_and_are_not_used_again() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.reload().await;
    let first = ctx.store.load_pointer().await.unwrap().offices.unwrap().id;
    ctx.set_offices(&[&["Ostrava", "ostrava@example.com"]]);
    process.reload().await;

    let items = ctx.items().await;
    let expiry = (ctx.world.now() + chrono::Duration::days(1)).timestamp().to_string();
    for (sort, item) in &items {
        let expires_at = item.get("expires_at").map(|value| value.as_n().unwrap());
        let superseded = *sort == format!("offices#{first}#0");
        assert_eq!(expires_at, superseded.then_some(&expiry), "{sort}");
    }
    assert!(items.contains_key(&format!("offices#{first}#0")));

    ctx.set_offices(&[&["Prague", "prague@example.com"], &["Brno", "brno@example.com"]]);
    process.reload().await;
    assert_ne!(ctx.store.load_pointer().await.unwrap().offices.unwrap().id, first, "the old content, written anew");
    ctx.finish();
}

#[tokio::test]
async fn a_reader_whose_chunks_are_gone_follows_the_pointer() {
    let ctx = Context::new().await;
    let (reader, other) = (ctx.usual_process(), ctx.usual_process());
    other.reload().await;
    reader.calendar("Brno").await;
    let old = ctx.store.load_pointer().await.unwrap().users.unwrap().id;
    ctx.set_users(&[&["Cyril Maly", "cyril@example.com"]]);
    other.reload().await;
    ctx.lose(&format!("users#{old}#0")).await;
    let reads = ctx.sheet_reads();
    assert!(reader.roster().await.unwrap().users.contains_key(&person("cyril@example.com")));
    assert_eq!(ctx.sheet_reads(), reads);
    ctx.finish();
}

#[tokio::test]
async fn a_lost_or_damaged_chunk_is_loaded_from_the_sheet_again() {
    let ctx = Context::new().await;
    ctx.usual_process().reload().await;
    let pointer = ctx.store.load_pointer().await.unwrap();
    ctx.lose(&format!("users#{}#0", pointer.users.unwrap().id)).await;
    ctx.damage(&format!("offices#{}#0", pointer.offices.unwrap().id)).await;
    assert_eq!(ctx.usual_process().calendar("Brno").await, "brno@example.com");
    assert_eq!(ctx.usual_process().roster().await.unwrap().users.len(), 2);
    assert_eq!(ctx.usual_process().roster().await.unwrap().offices.len(), 2);
    assert_eq!(ctx.sheet_reads(), 3, "once for the offices, once for the users");
    ctx.finish();
}

#[tokio::test]
async fn a_chunk_is_read_with_certainty_only_where_it_is_missed() {
    let testbed = Testbed::start("2026-06-10T08:00:00Z".parse().unwrap()).await.unwrap();
    let (world, store) = (&testbed.world, &testbed.store);
    let content = SnapshotContent::of(SnapshotPart::Offices, &["Prague"]).unwrap();
    let mut version = store.write_version(1, &content, "sheet").await.unwrap();
    let reads = |mark| {
        let reads = world.calls_since(mark).into_iter().filter(|call| call.operation == "GetItem");
        reads.map(|call| call.body.unwrap()["ConsistentRead"] == true).collect::<Vec<_>>()
    };
    let mark = world.mark();
    let entries: Option<Vec<String>> = store.load_version(SnapshotPart::Offices, &version).await.unwrap();
    assert_eq!((entries, reads(mark)), (Some(vec!["Prague".to_owned()]), vec![false]));
    version.id = "another".to_owned();
    let mark = world.mark();
    let entries: Option<Vec<String>> = store.load_version(SnapshotPart::Offices, &version).await.unwrap();
    assert_eq!((entries, reads(mark)), (None, vec![false, true]));
    assert_eq!(world.finish(), Ok(()));
}
