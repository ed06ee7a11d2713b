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

std::string hint_of(const KeptSession& session) {
  return session.logs ? session.logs->identity().title_hint : session.copy->identity.title;
}

std::string list_candidates(const std::vector<const KeptSession*>& matches) {
  std::string list;
  for (size_t i = 0; i < std::min(matches.size(), kMostCandidates); ++i) {
    const auto& ref = matches[i]->ref;
    list +=
        fmt::format("\n  {}  {}  {}", short_id(ref.session_id), ref.provider, hint_of(*matches[i]));
  }
  if (matches.size() > kMostCandidates) {
    list += fmt::format("\n  and {} more", matches.size() - kMostCandidates);
  }
  return list;
}

using Fits = std::function<bool(const KeptSession&)>;

Result<KeptSession> the_one(const std::vector<KeptSession>& sessions, const std::string& text,
                            const std::vector<Fits>& ways) {
  for (const auto& fits : ways) {
    std::vector<const KeptSession*> matches;
    for (const auto& session : sessions) {
      if (fits(session)) matches.push_back(&session);
    }
    if (matches.size() == 1) return *matches.front();
    if (matches.size() > 1) {
      return fail(ErrorCode::kInvalid, "'{}' means several sessions; give more of the id:{}", text,
                  list_candidates(matches));
    }
  }
  return fail(ErrorCode::kNotFound,
              "no session is known by '{}' of which there is a log or a copy; see which ones there "
              "are with: kato sessions --all",
              text);
}

Result<KeptSession> the_one_called(FileSystem& files, const std::vector<KeptSession>& sessions,
                                   const std::string& text) {
  const auto has_title = [&files, &text](const KeptSession& session) {
    if (!session.logs) return contains_without_case(session.copy->identity.title, text);
    const auto summary = survey(files, *session.logs);
    return summary && contains_without_case(summary->title(), text);
  };
  return the_one(
      sessions, text,
      {[&text](const KeptSession& session) { return session.ref.session_id.starts_with(text); },
       [&text](const KeptSession& session) {
         return session.ref.provider_session_id.starts_with(text);
       },
       has_title});
}

std::vector<KeptSession> with_logs(Catalog catalog) {
  std::vector<KeptSession> sessions;
  for (auto& session : catalog.sessions) {
    auto ref = session.ref;
    sessions.push_back({.ref = std::move(ref), .logs = std::move(session), .copy = std::nullopt});
  }
  return sessions;
}

std::string path_of(const std::string& text, const std::string& working_folder) {
  return normal_path(text.front() == '/' ? text : join_path(working_folder, text));
}

bool has_source(const SessionMeta& meta, const std::string& path) {
  return std::ranges::find(meta.sources, path, &SourceMeta::path) != meta.sources.end();
}

// A copy that cannot be looked at is as good as none.
void add_copy(const KeptCopies& copies, KeptSession& session,
              const std::function<void(const std::string&)>& warn) {
  auto copy = copies.of(session.ref);
  if (copy) {
    session.copy = std::move(*copy);
  } else {
    warn(copy.error().message());
  }
}

Result<KeptSession> kept_session_at(FileSystem& files, const Assembly& assembly,
                                    const KeptCopies& copies, const std::string& path,
                                    const std::function<void(const std::string&)>& warn) {
  auto found = session_of_log(files, assembly, path);
  if (!found) return forward(found);
  KeptSession session{.ref = found->ref, .logs = std::nullopt, .copy = std::nullopt};
  session.logs = std::move(*found);
  add_copy(copies, session, warn);
  if (session.copy && !has_source(*session.copy, path)) session.copy.reset();
  return session;
}

void warn_of(const std::vector<Error>& problems,
             const std::function<void(const std::string&)>& warn) {
  for (const auto& problem : problems) {
    warn(problem.message());
  }
}

}  // namespace

Result<Session> find_session(FileSystem& files, const Assembly& assembly, const std::string& text,
                             const std::string& working_folder) {
  if (text.empty()) return fail(ErrorCode::kInvalid, "an empty name means no session");
  const auto path = path_of(text, working_folder);
  if (files.info(path)) return session_of_log(files, assembly, path);
  if (text.contains('/')) return fail(ErrorCode::kNotFound, "{}: there is no such file", path);
  auto found = the_one_called(files, with_logs(make_catalog(files, assembly.roots())), text);
  if (!found) return forward(found);
  return std::move(*found->logs);
}

Result<KeptSession> find_kept_session(FileSystem& files, const Assembly& assembly,
                                      const std::string& text, const std::string& working_folder,
                                      const std::function<void(const std::string&)>& warn) {
  if (text.empty()) return fail(ErrorCode::kInvalid, "an empty name means no session");
  const KeptCopies copies(files, assembly.paths().state_dir);
  const auto path = path_of(text, working_folder);
  if (files.info(path)) return kept_session_at(files, assembly, copies, path, warn);
  auto catalog = make_catalog(files, assembly.roots());
  std::vector<Error> problems;
  auto gone = copies.without_logs(catalog, problems);
  warn_of(problems, warn);
  if (text.contains('/')) {
    for (auto& session : gone) {
      if (has_source(*session.copy, path)) return std::move(session);
    }
    return fail(ErrorCode::kNotFound, "{}: there is no such file", path);
  }
  auto sessions = with_logs(std::move(catalog));
  std::ranges::move(gone, std::back_inserter(sessions));
  auto found = the_one_called(files, sessions, text);
  if (found && found->logs) add_copy(copies, *found, warn);
  return found;
}

std::vector<KeptSession> all_kept_sessions(FileSystem& files, const Assembly& assembly,
                                           WantedCopies wanted,
                                           const std::function<void(const std::string&)>& warn) {
  const KeptCopies copies(files, assembly.paths().state_dir);
  auto catalog = make_catalog(files, assembly.roots());
  for (const auto& problem : catalog.problems) {
    warn(problem.error.message());
  }
  std::vector<Error> problems;
  auto gone = copies.without_logs(catalog, problems);
  warn_of(problems, warn);
  auto sessions = with_logs(std::move(catalog));
  for (auto& session : sessions) {
    if (wanted == WantedCopies::kAll) add_copy(copies, session, warn);
  }
  std::ranges::move(gone, std::back_inserter(sessions));
  return sessions;
}

Result<Session> session_of_log(FileSystem& files, const Assembly& assembly,
                               const std::string& path) {
  auto found = session_of_file(files, path, assembly.roots());
  if (!found && found.error().code() == ErrorCode::kNotFound) {
    found = session_of_file(files, path, assembly.rootless());
  }
  return found;
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

Result<SessionSummary> survey(FileSystem& files, const Assembly& assembly,
                              const KeptSession& session,
                              const std::function<void(const std::string&)>& warn) {
  SessionSummary summary;
  NoEvents events;
  KeptReading how;
  how.warn = warn;
  const auto read = read_session(files, assembly.paths().state_dir, session, summary, events, how);
  if (!read) return forward(read);
  return summary;
}

}  // namespace kato
