//! Recordings at the carrier: asked for by name, fetched with our credentials, deleted.
//!
//! A posted URL is never followed: it could lead anywhere, and our credentials would go with the request.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use serde::Deserialize;

use super::Patience;
use super::RestClient;
use super::RestError;
use super::segment;
use crate::carrier::twilio::webhook::carrier_recording;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::limit::RECORDING_BYTES_MAX;

/// Several megabytes may take a while on a slow line.
const MEDIA_TIME_MAX: Duration = Duration::from_secs(60);

impl RestClient {
    /// The sound of a recording, as WAV. [`RestError::Gone`]: the carrier does not have it, or not yet.
    pub async fn fetch_recording(
        &self,
        recording: &CarrierRecording,
        patience: &Patience<'_>,
    ) -> Result<Bytes, RestError> {
        let path = format!("{}/{}.wav", self.recordings, segment(recording.as_str()));
        self.again("fetch recording", patience, async || {
            self.transport.request(Method::GET, &path, None, (RECORDING_BYTES_MAX, MEDIA_TIME_MAX)).await?.sound()
        })
        .await
    }

    /// The recordings of one leg, as far as the carrier tells.
    pub async fn list_recordings(
        &self,
        call: &CarrierCall,
        patience: &Patience<'_>,
    ) -> Result<Vec<CarrierRecording>, RestError> {
        let path = format!("{}/{}/Recordings.json", self.calls, segment(call.as_str()));
        let page: PageBody = self
            .again("list recordings", patience, async || self.transport.send(&path, None).await?.read(true))
            .await?;
        Ok(page.recordings.iter().filter_map(|body| carrier_recording(&body.sid)).collect())
    }

    /// Deletes a recording. [`RestError::Gone`]: the carrier has none of that name.
    pub async fn delete_recording(
        &self,
        recording: &CarrierRecording,
        patience: &Patience<'_>,
    ) -> Result<(), RestError> {
        let path = format!("{}/{}.json", self.recordings, segment(recording.as_str()));
        self.again("delete recording", patience, async || {
            self.transport.request(Method::DELETE, &path, None, self.transport.usual()).await?.accepted(true)
        })
        .await
    }
}

#[derive(Deserialize)]
struct PageBody {
    recordings: Vec<RecordingBody>,
}

#[derive(Deserialize)]
struct RecordingBody {
    sid: String,
}
