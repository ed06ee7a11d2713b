#include "host/cli/session_json.h"

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

nlohmann::ordered_json time_or_null(std::optional<UnixMillis> time) {
  return time ? nlohmann::ordered_json(format_rfc3339(*time)) : nlohmann::ordered_json();
}

}  // namespace

nlohmann::ordered_json session_json(const KeptSession& session, const SessionSummary& summary,
                                    const SessionMeta* meta) {
  const auto identity = identity_of(session);
  nlohmann::ordered_json json;
  json["sessionId"] = session.ref.session_id;
  json["shortId"] = short_id(session.ref.session_id);
  json["provider"] = session.ref.provider;
  json["providerSessionId"] = session.ref.provider_session_id;
  json["title"] = text_or_null(summary.title());
  json["project"] = text_or_null(summary.project_directory);
  json["parentSessionId"] = identity.parent_provider_session_id.empty()
                                ? nlohmann::ordered_json()
                                : nlohmann::ordered_json(make_session_id(
                                      session.ref.provider, identity.parent_provider_session_id));
  json["driver"] = identity.driver == SessionDriver::kPerson    ? "person"
                   : identity.driver == SessionDriver::kProgram ? "program"
                                                                : "unknown";
  json["sources"] = nlohmann::ordered_json::array();
  if (session.logs) {
    for (const auto& source : session.logs->sources) {
      json["sources"].push_back(source.file.path);
    }
  }
  json["firstTime"] = time_or_null(summary.first_time);
  json["lastTime"] = time_or_null(summary.last_time);
  json["events"] = summary.event_count();
  json["twin"] = meta != nullptr && meta->twin.exists;
  json["private"] = meta != nullptr && meta->is_private;
  json["recordings"] = nlohmann::ordered_json::array();
  if (meta == nullptr) return json;
  for (const auto& recording : meta->recordings) {
    json["recordings"].push_back(
        {{"recordingId", recording.recording_id},
         {"destination", recording.destination},
         {"sink", recording.sink},
         {"state", recording.desired == DesiredState::kOn ? "on" : "off"}});
  }
  return json;
}

}  // namespace kato
