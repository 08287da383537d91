//! The service in one process: storage, API, timetable, and the simulated services where nothing real is configured.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use moffman::app::{Moffman, Surroundings};
use moffman::clock::{Clock, Randomness};
use moffman::config::{self, Place, Settings, Sources};
use moffman::store::{Store, StoreError};
use moffman::telemetry;
use moffman::transport::Transport;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::demo::Demo;
use crate::in_flight::{self, InFlight};
use crate::storage::{Storage, StorageError};
use crate::{LocalStartError, Output, timetable};

/// How long finishing may take, besides waiting for the answer to a form.
const TO_FINISH: Duration = Duration::from_secs(30);
/// How long sending the last answers may take.
const TO_HANG_UP: Duration = Duration::from_secs(1);

/// The running service.
#[derive(Debug)]
pub struct LocalService {
    app: Moffman,
    address: SocketAddr,
    in_flight: InFlight,
    stopping: watch::Sender<bool>,
    timetable: JoinHandle<()>,
    server: JoinHandle<std::io::Result<()>>,
    storage: Storage,
    demo: Option<Demo>,
}

impl LocalService {
    /// Starts the service, which works from then on. Without a key, Google and Byroapi are simulated; `output` tells
    /// about it.
    pub async fn start(sources: &Sources, output: &Output) -> Result<Self, LocalStartError> {
        let settings = config::load(sources)?;
        telemetry::adopt(&settings);
        let storage = Storage::open(settings.general.storage_path.as_deref()).await?;
        let listener = listen(&settings).await?;
        let address = listener.local_addr().map_err(|source| cannot_listen(&settings, source))?;
        let (settings, key, mut demo) = google(sources, settings, output).await?;
        let app = assemble(settings, key, &storage, demo.as_mut()).await?;

        let (stopping, stopped) = watch::channel(false);
        let in_flight = InFlight::new(stopped.clone());
        let server = tokio::spawn(serve(listener, router(&app, &in_flight), stopped.clone()));
        output.line(format_args!("Moffman listens on {}. State: {}.", url(address), storage.place()));
        if let Some(demo) = &demo {
            demo.introduce(&url(address), !app.settings.rest_api.keys.is_empty());
        }
        Ok(Self {
            timetable: tokio::spawn(timetable::keep(app.clone(), stopped)),
            app,
            address,
            in_flight,
            stopping,
            server,
            storage,
            demo,
        })
    }

    /// The base address of the API, without a slash at its end.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// What the verbs work with.
    pub fn app(&self) -> &Moffman {
        &self.app
    }

    /// Begins nothing new from now on.
    pub fn want_stop(&self) {
        self.app.stop.want();
        self.stopping.send_replace(true);
    }

    /// Stops the service: nothing new begins, claimed work is finished, and requests under way are answered.
    pub async fn stop(self) {
        self.want_stop();
        let patience = self.app.settings.forms.timeout.saturating_add(TO_FINISH);
        let finished = async { tokio::join!(self.in_flight.close(), self.timetable) };
        let finished = tokio::time::timeout(patience, finished).await;
        if finished.is_err() {
            tracing::warn!("something under way did not finish in time; the next start goes on with it");
        }
        if tokio::time::timeout(TO_HANG_UP, self.server).await.is_err() {
            tracing::debug!("a connection without a request was left open");
        }
        if let Some(demo) = self.demo {
            demo.stop();
        }
        self.storage.close().await;
    }
}

/// The key for Google, which is simulated if none is configured.
async fn google(
    sources: &Sources,
    settings: Settings,
    output: &Output,
) -> Result<(Settings, SecretString, Option<Demo>), LocalStartError> {
    if let Some(key) = settings.google_api.service_account_key.clone() {
        return Ok((settings, key, None));
    }
    if settings.google_api.endpoint.is_some() {
        return Err(LocalStartError::EndpointWithoutKey);
    }
    let demo = Demo::start(&settings, output).await.map_err(LocalStartError::Demo)?;
    let settings = config::load(&demo.overlay(sources, &settings))?;
    Ok((settings, demo.key(), Some(demo)))
}

/// Puts the library together over its table.
async fn assemble(
    settings: Settings,
    google_key: SecretString,
    storage: &Storage,
    demo: Option<&mut Demo>,
) -> Result<Moffman, LocalStartError> {
    let transport = Transport::new()?;
    let randomness = Randomness::from_system();
    let table = match &demo {
        Some(_) => {
            storage.drop_tables(Demo::TABLES)?;
            format!("{}{}", Demo::TABLES, randomness.id())
        }
        None => settings.aws.table.clone(),
    };
    // Asking for a table that exists would make the embedded DynamoDB log a warning.
    let has_table = storage.has_table(&table)?;
    let store = Store::new(storage.client(&transport), table);
    let opened = async {
        if has_table {
            store.turn_ttl_on().await?;
        } else {
            store.create_table().await?;
        }
        store.end_claims().await
    };
    opened.await.map_err(|source| match (storage.place(), source) {
        (place, StoreError::DiskFull) => StorageError::DiskFull { place }.into(),
        (place, source) => LocalStartError::State { place, source },
    })?;
    let expired = storage.delete_expired()?;
    tracing::debug!(expired, "expired items are deleted");
    let surroundings = |clock| Surroundings {
        forms_authorization: settings.forms.authorization.clone(),
        settings: settings.clone(),
        google_key: google_key.clone().into(),
        store: store.clone(),
        transport: transport.clone(),
        clock,
        randomness: randomness.clone(),
    };
    if let Some(demo) = demo {
        demo.begin_present(&Moffman::new(surroundings(demo.clock()))?).await;
    }
    Ok(Moffman::new(surroundings(Clock::system()))?)
}

async fn listen(settings: &Settings) -> Result<TcpListener, LocalStartError> {
    let address = (settings.rest_api.addr.as_str(), settings.rest_api.port);
    TcpListener::bind(address).await.map_err(|source| cannot_listen(settings, source))
}

fn cannot_listen(settings: &Settings, source: std::io::Error) -> LocalStartError {
    let address = format!("{}:{}", settings.rest_api.addr, settings.rest_api.port);
    LocalStartError::Address { address, source }
}

fn router(app: &Moffman, in_flight: &InFlight) -> Router {
    let router = moffman_api::router(app.clone(), Place::Local);
    router.layer(from_fn_with_state(in_flight.clone(), in_flight::carry))
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> std::io::Result<()> {
    let until = async move {
        // An error means that the process ends, which is a stop, too.
        let _ = stopped.wait_for(|is_wanted| *is_wanted).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(until).await
}

/// An address that a client on this machine can use.
pub(crate) fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_that_a_client_can_use() {
        assert_eq!(url("0.0.0.0:8080".parse().unwrap()), "http://127.0.0.1:8080");
        assert_eq!(url("[::]:8080".parse().unwrap()), "http://[::1]:8080");
        assert_eq!(url("192.0.2.7:80".parse().unwrap()), "http://192.0.2.7:80");
    }
}
