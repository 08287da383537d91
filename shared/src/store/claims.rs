//! How a [`Store`] ends the claims of processes that are gone.

use chrono::DateTime;

use super::Store;
use super::error::StoreError;
use super::form::{FormItem, put_form};
use super::item::Kept;
use crate::domain::form::State;
use crate::domain::revision::Revision;

impl Store {
    /// Ends all claims, which is right only when nobody else works on this table. A form that was being sent stays in that
    /// state.
    pub async fn end_claims(&self) -> Result<(), StoreError> {
        let mut claimed = self
            .client()
            .scan()
            .table_name(self.table())
            .filter_expression("attribute_exists(claim) OR attribute_exists(#copy.claim)")
            .expression_attribute_names("#copy", "copy")
            .into_paginator()
            .items()
            .send();
        while let Some(item) = claimed.next().await {
            let Ok(kept) = Kept::<FormItem>::from_item(item?) else { continue };
            let without = without_leases(&kept);
            if without == *kept {
                continue;
            }
            let revision = Revision(format!("{}-ended", kept.revision.0));
            let (put, _) = put_form(Some(&kept), without, revision, DateTime::UNIX_EPOCH)?;
            self.write(&[put]).await?;
        }
        Ok(())
    }
}

fn without_leases(item: &FormItem) -> FormItem {
    let mut item = item.clone();
    if let State::Sending(claim) = &mut item.form.state {
        claim.until = DateTime::UNIX_EPOCH;
    }
    if let Some(claim) = item.form.copy.as_mut().and_then(|copy| copy.claim.as_mut()) {
        claim.until = DateTime::UNIX_EPOCH;
    }
    item
}
