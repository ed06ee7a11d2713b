#include "host/daemon/session_lookup.h"

#include <algorithm>
#include <functional>

#include "host/event/event_id.h"
#include "host/ingest/decode_session.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr size_t kMostCandidates = 8;

class NoEvents final : public EventListener {
 public:
  void on_event(const Event&, CommandRight) override {}
};

bool contains_without_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return !std::ranges::search(text, part, {}, lower, lower).empty();
}

std::string list_candidates(const std::vector<const Session*>& matches) {
  std::string list;
  for (size_t i = 0; i < std::min(matches.size(), kMostCandidates); ++i) {
    const auto& ref = matches[i]->ref;
    list += fmt::format("\n  {}  {}  {}", short_id(ref.session_id), ref.provider,
                        matches[i]->identity().title_hint);
  }
  if (matches.size() > kMostCandidates) {
    list += fmt::format("\n  and {} more", matches.size() - kMostCandidates);
  }
  return list;
}

using Fits = std::function<bool(const Session&)>;

Result<Session> the_one(const Catalog& catalog, const std::string& text,
                        const std::vector<Fits>& ways) {
  for (const auto& fits : ways) {
    std::vector<const Session*> matches;
    for (const auto& session : catalog.sessions) {
      if (fits(session)) matches.push_back(&session);
    }
    if (matches.size() == 1) return *matches.front();
    if (matches.size() > 1) {
      return fail(ErrorCode::kInvalid, "'{}' means several sessions; give more of the id:{}", text,
                  list_candidates(matches));
    }
  }
  return fail(ErrorCode::kNotFound,
              "no session is known by '{}'; see which ones there are with: kato sessions --all",
              text);
}

}  // namespace

Result<Session> find_session(FileSystem& files, const Assembly& assembly, const std::string& text,
                             const std::string& working_folder) {
  if (text.empty()) return fail(ErrorCode::kInvalid, "an empty name means no session");
  const auto path = normal_path(text.front() == '/' ? text : join_path(working_folder, text));
  if (files.info(path)) {
    auto found = session_of_file(files, path, assembly.roots());
    if (!found && found.error().code() == ErrorCode::kNotFound) {
      found = session_of_file(files, path, assembly.rootless());
    }
    return found;
  }
  if (text.contains('/')) {
    return fail(ErrorCode::kNotFound, "{}: there is no such file", path);
  }
  const auto catalog = make_catalog(files, assembly.roots());
  return the_one(
      catalog, text,
      {[&text](const Session& session) { return session.ref.session_id.starts_with(text); },
       [&text](const Session& session) {
         return session.ref.provider_session_id.starts_with(text);
       },
       [&files, &text](const Session& session) {
         const auto summary = survey(files, session);
         return summary && contains_without_case(summary->title(), text);
       }});
}

Result<SessionSummary> survey(FileSystem& files, const Session& session) {
  SessionSummary summary;
  NoEvents events;
  FreshEventMemory known(restates(session));
  EventPipeline pipeline(session.ref, known, 1, summary, events, nullptr);
  summary.add_facts(session.identity().project_directory, session.identity().client_version);
  summary.add_hint(session.identity().title_hint);
  if (auto done = decode_session(files, session, pipeline); !done) return forward(done);
  return summary;
}

}  // namespace kato
