#include "host/cli/status_text.h"

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/cli/table.h"
#include "host/event/event_id.h"
#include "host/io/files.h"

namespace kato {
namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

uint64_t number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<uint64_t>() : 0;
}

std::string age_of(const std::string& time, UnixMillis now) {
  const auto parsed = parse_rfc3339(time);
  return parsed ? age_text(*parsed, now) : "-";
}

std::string megabytes(uint64_t bytes) {
  return fmt::format("{} MB", bytes >> 20U);
}

std::string daemon_lines(const Json& status) {
  const auto& daemon = status["daemon"];
  if (daemon.value("running", false) == false) return "not running\n";
  const auto& watching = status["watching"];
  const auto& memory = status["memory"];
  Rows rows{{"running", fmt::format("pid {}, version {}, since {}", text_of(daemon, "pid"),
                                    text_of(daemon, "version"), text_of(daemon, "startedAt"))},
            {"watching", fmt::format("{} logs in {} folders", number_of(watching, "sources"),
                                     number_of(watching, "watchedFolders") +
                                         number_of(watching, "polledFolders"))}};
  if (const auto polled = number_of(watching, "polledFolders"); polled > 0) {
    rows.back().back() += fmt::format(", {} of them looked at every {} s only", polled,
                                      (number_of(watching, "pollIntervalMs") + 999) / 1000);
  }
  if (const auto missing = number_of(watching, "missingSources"); missing > 0) {
    rows.back().back() += fmt::format("; {} logs are gone", missing);
  }
  rows.push_back({"memory", fmt::format("{} of {}", megabytes(number_of(memory, "residentBytes")),
                                        megabytes(number_of(memory, "limitBytes")))});
  const auto& queue = status["queue"];
  rows.push_back({"to do", fmt::format("{}, and {} to be tried again", number_of(queue, "ready"),
                                       number_of(queue, "waiting"))});
  return as_table(rows);
}

std::string degraded_lines(const Json& degraded, UnixMillis now) {
  std::string text;
  for (const auto& one : degraded) {
    text += fmt::format("! {}: {} (for {})\n", text_of(one, "what"), text_of(one, "cause"),
                        age_of(text_of(one, "since"), now));
  }
  return text;
}

std::string session_lines(const Json& status, UnixMillis now) {
  Rows rows;
  for (const auto& session : status["sessions"]) {
    rows.push_back({text_of(session, "shortId"), age_of(text_of(session, "lastTime"), now),
                    text_of(session, "provider"),
                    std::string(base_name(text_of(session, "project"))),
                    session.value("private", false) ? "(private)" : text_of(session, "title")});
  }
  auto text = as_table(rows);
  if (const auto hidden = number_of(status, "hiddenSessions"); hidden > 0) {
    text += fmt::format("{} older sessions: kato status --all\n", hidden);
  }
  return text;
}

}  // namespace

std::string recordings_text(const Json& recordings, UnixMillis now) {
  if (recordings.empty()) return "";
  Rows rows{{"ID", "SESSION", "STATE", "LAG", "WRITTEN", "DESTINATION"}};
  for (const auto& recording : recordings) {
    rows.push_back({std::string(short_id(text_of(recording, "recordingId"))),
                    std::string(short_id(text_of(recording, "sessionId"))),
                    text_of(recording, "state"), text_of(recording, "lag"),
                    age_of(text_of(recording, "lastWriteAt"), now),
                    text_of(recording, "destination")});
  }
  return as_table(rows);
}

std::string status_text(const Json& status, UnixMillis now) {
  auto text = daemon_lines(status) + degraded_lines(status["degraded"], now);
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += "\n" + part;
  };
  add(recordings_text(status["recordings"], now));
  add(session_lines(status, now));
  return text;
}

}  // namespace kato
