#include "host/control/status.h"

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json time_or_null(std::optional<UnixMillis> time) {
  return time ? ordered_json(format_rfc3339(*time)) : ordered_json();
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json json_of(const IndexedSession& session) {
  const auto& identity = session.identity;
  ordered_json json;
  json["sessionId"] = identity.session_id;
  json["shortId"] = short_id(identity.session_id);
  json["provider"] = identity.provider;
  json["providerSessionId"] = identity.provider_session_id;
  json["title"] = text_or_null(identity.title);
  json["project"] = text_or_null(identity.project_directory);
  json["parentSessionId"] =
      identity.parent_provider_session_id.empty()
          ? ordered_json()
          : ordered_json(make_session_id(identity.provider, identity.parent_provider_session_id));
  json["sources"] = ordered_json::array();
  for (const auto& source : session.sources) {
    json["sources"].push_back(source.path);
  }
  json["firstTime"] = time_or_null(identity.first_time);
  json["lastTime"] = time_or_null(identity.last_time);
  json["events"] = session.event_count;
  json["twin"] = session.has_twin;
  json["private"] = session.is_private;
  json["recordings"] = ordered_json::array();
  for (const auto& recording : session.recordings) {
    json["recordings"].push_back(recording.recording_id);
  }
  return json;
}

ordered_json json_of(const RecordingStatus& recording) {
  ordered_json json;
  json["recordingId"] = recording.recording_id;
  json["sessionId"] = recording.session_id;
  json["destination"] = recording.destination;
  json["sink"] = recording.sink;
  json["state"] = recording.is_on ? "on" : "off";
  json["writeCursor"] = recording.write_cursor;
  json["lag"] = recording.lag;
  json["lastWriteAt"] = time_or_null(recording.last_write_at);
  return json;
}

}  // namespace

std::string to_json(const RecordingStatus& recording) {
  return dump(json_of(recording));
}

std::string to_json(const DaemonStatus& status) {
  ordered_json json;
  json["daemon"] = {{"running", status.running},
                    {"pid", status.running ? ordered_json(status.process_id) : ordered_json()},
                    {"version", status.version},
                    {"startedAt", status.running ? ordered_json(format_rfc3339(status.started_at))
                                                 : ordered_json()}};
  json["sessions"] = ordered_json::array();
  for (const auto& session : status.sessions) {
    json["sessions"].push_back(json_of(session));
  }
  json["hiddenSessions"] = status.hidden_sessions;
  json["recordings"] = ordered_json::array();
  for (const auto& recording : status.recordings) {
    json["recordings"].push_back(json_of(recording));
  }
  json["degraded"] = ordered_json::array();
  for (const auto& one : status.degraded) {
    json["degraded"].push_back(
        {{"what", one.what}, {"cause", one.cause}, {"since", format_rfc3339(one.since)}});
  }
  json["watching"] = {{"sources", status.watching.sources},
                      {"missingSources", status.watching.missing_sources},
                      {"watchedFolders", status.watching.watched_folders},
                      {"polledFolders", status.watching.polled_folders},
                      {"pollIntervalMs", status.watching.poll_interval_ms}};
  json["queue"] = {{"ready", status.ready_tasks}, {"waiting", status.waiting_tasks}};
  json["memory"] = {{"residentBytes", status.resident_bytes},
                    {"limitBytes", status.limit_bytes},
                    {"indexBytes", status.index_bytes}};
  json["counters"] = ordered_json::object();
  for (const auto& [name, value] : status.counters) {
    json["counters"][name] = value;
  }
  return dump(json);
}

}  // namespace kato
