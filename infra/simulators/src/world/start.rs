//! The part of [`World`] that starts its servers.

use super::handle::{ServiceUrls, World};
use super::passage;
use crate::services::{dynamodb::Backend, routing::Port};
use crate::wire::serve;
use chrono::{DateTime, Utc};
use std::io;

impl World {
    /// Starts one server per service on free ports of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start(now: DateTime<Utc>) -> io::Result<World> {
        let world = World::unserved(now);
        let google = world.listen(Port::Google, None).await?;
        let byroapi = world.listen(Port::Byroapi, None).await?;
        let ssm = world.listen(Port::Ssm, None).await?;
        let scheduler = world.listen(Port::Scheduler, None).await?;
        let mut state = world.lock();
        state.services.google.tokens.audience = format!("{google}/token");
        state.urls = ServiceUrls { google, byroapi: format!("{byroapi}/api/v1/form"), ssm, scheduler };
        drop(state);
        Ok(world)
    }

    /// Serves DynamoDB, in memory and without tables, as one of this world's services; answers its endpoint URL.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn serve_dynamodb(&self) -> io::Result<String> {
        let backend = Backend::start().await?;
        self.listen(Port::DynamoDb, Some(backend)).await
    }

    /// Requests that come in on this port have their effect in the `backend`, if there is one.
    async fn listen(&self, port: Port, backend: Option<Backend>) -> io::Result<String> {
        let world = self.clone();
        let connections = self.lock().connections.clone();
        let address = serve::listen(&connections, move |parts, body| {
            let (world, backend) = (world.clone(), backend.clone());
            async move {
                let request = passage::receive(&world, port.receive(&parts, body));
                passage::pass(&world, &request, backend.as_ref()).await
            }
        })
        .await?;
        Ok(format!("http://{address}"))
    }
}
