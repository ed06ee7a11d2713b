// The command line, as scripts and people use it.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/home.h"
#include "tests/support/catch.h"

using kato::test::eventually;
using kato::test::Home;
using nlohmann::json;

TEST_CASE("init writes a config that is valid, and keeps one that is there", "[e2e]") {
  const Home home;
  const auto first = home.kato({"init", "--yes"});
  CHECK(first.exit_code == 0);
  CHECK(home.kato({"config", "validate"}).exit_code == 0);
  home.append(".kato/kato.yaml", "# mine\n");
  const auto second = home.kato({"init", "--yes"});
  CHECK(second.exit_code == 1);
  CHECK(second.err.find("--force") != std::string::npos);
  CHECK(home.contains(".kato/kato.yaml", "# mine"));
  CHECK(home.kato({"init", "--yes", "--force"}).exit_code == 0);
  CHECK_FALSE(home.contains(".kato/kato.yaml", "# mine"));
}

TEST_CASE("P7: every problem of a config is said at once, with its place and a remedy",
          "[e2e][P7]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\ndurability: often\nprovider: []\n");
  const auto misshapen = home.kato({"config", "validate"});
  CHECK(misshapen.exit_code == 1);
  CHECK(misshapen.err.find("kato.yaml:2:") != std::string::npos);
  CHECK(misshapen.err.find("kato.yaml:3:") != std::string::npos);
  CHECK(misshapen.err.find("providers") != std::string::npos);
  // What only the plugins can judge comes once the file is well-formed.
  home.write(".kato/kato.yaml",
             "schemaVersion: 1\nproviders:\n  - plugin: clode\nsinks:\n  - name: notes\n"
             "    plugin: markdown\n    options: { includeThinkin: true }\n");
  const auto unfit = home.kato({"config", "validate"});
  CHECK(unfit.exit_code == 1);
  CHECK(unfit.err.find("kato.yaml:3:") != std::string::npos);
  CHECK(unfit.err.find("kato.yaml:7:") != std::string::npos);
}

TEST_CASE("plugins are listed with where they are and what became of them", "[e2e]") {
  const Home home;
  const auto listed = home.kato({"plugins", "--json"});
  REQUIRE(listed.exit_code == 0);
  const auto plugins = json::parse(listed.out);
  CHECK(plugins.size() >= 3);
  for (const auto& plugin : plugins) {
    CHECK(plugin.at("status") == "available");
    CHECK(plugin.at("abi").at("major") == 1);
    CHECK_FALSE(plugin.at("path").get<std::string>().empty());
  }
}

TEST_CASE("sessions and show agree on a session, by id, by title and by path", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "how do tides work?") + home.assistant("a2", "slowly"));
  const auto sessions = json::parse(home.kato({"sessions", "--json"}).out);
  REQUIRE(sessions.size() == 1);
  const auto& session = sessions[0];
  CHECK(session.at("title") == "how do tides work?");
  CHECK(session.at("project") == home.path("proj"));
  CHECK(session.at("parentSessionId").is_null());
  CHECK(session.at("events") > 1);
  CHECK(session.at("twin") == false);
  const auto id = session.at("sessionId").get<std::string>();
  for (const auto& name :
       {id.substr(0, 6), std::string("tides"), std::string("11111111"), home.path(Home::kLog)}) {
    CAPTURE(name);
    const auto shown = home.kato({"show", name, "--json"});
    REQUIRE(shown.exit_code == 0);
    CHECK(json::parse(shown.out) == session);
  }
  const auto unknown = home.kato({"show", "nothing-like-it"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.err.find("kato sessions") != std::string::npos);
}

TEST_CASE("a name that means several sessions lists them", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "same words"));
  auto other = home.user("a1", "same words");
  const std::string id = "11111111-2222-4333-8444-555555555555";
  other.replace(other.find(id), id.size(), "11111111-9999-4333-8444-555555555555");
  home.write(".claude/projects/-proj/11111111-9999-4333-8444-555555555555.jsonl", other);
  const auto shown = home.kato({"show", "11111111"});
  CHECK(shown.exit_code == 1);
  CHECK(std::ranges::count(shown.err, '\n') >= 3);
}

TEST_CASE("an export is written once, found unchanged, and never replaced unasked", "[e2e][P5]") {
  const Home home;
  const auto log = home.write(Home::kLog, home.user("a1", "first"));
  const auto out = home.path("talk.md");
  CHECK(home.kato({"export", log, "-o", out}).exit_code == 0);
  const auto again = home.kato({"export", log, "-o", out});
  CHECK(again.exit_code == 0);
  CHECK(again.out.find("unchanged") != std::string::npos);
  home.append(Home::kLog, home.user("a2", "second"));
  const auto refused = home.kato({"export", log, "-o", out});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("--force") != std::string::npos);
  CHECK_FALSE(home.contains("talk.md", "second"));
  CHECK(home.kato({"export", log, "-o", out, "--force"}).exit_code == 0);
  CHECK(home.contains("talk.md", "second"));
}

TEST_CASE("P5: an export does not take the place of a link unasked", "[e2e][P5]") {
  namespace fs = std::filesystem;
  const Home home;
  home.write(Home::kLog, home.user("a1", "hello"));
  const auto link = home.path("proj/link.md");
  fs::create_symlink(home.path("elsewhere/talk.md"), link);
  const auto refused = home.kato({"export", "11111111", "-o", link});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("a link that leads nowhere") != std::string::npos);
  CHECK(fs::is_symlink(fs::symlink_status(link)));
  CHECK(home.kato({"export", "11111111", "-o", link, "--force"}).exit_code == 0);
  CHECK(home.contains("proj/link.md", "hello"));
  CHECK_FALSE(fs::exists(home.path("elsewhere/talk.md")));
}

TEST_CASE(
    "an export goes neither among the agents' logs nor into Kato's state, not even with --force",
    "[e2e][P5]") {
  namespace fs = std::filesystem;
  const Home home;
  const auto said = home.user("a1", "hello");
  const auto log = home.write(Home::kLog, said);
  home.write(".kato/kato.yaml", "schemaVersion: 1\n");
  fs::create_symlink(log, home.path("proj/link.md"));
  const auto into_roots = home.path(".claude/projects/");
  for (const auto& to :
       {log, into_roots + "talk.md", into_roots + "new/", home.path(".kato/kato.yaml"),
        home.path(".kato/sessions/talk.md"), home.path("proj/link.md")}) {
    const auto refused = home.kato({"export", "11111111", "--force", "-o", to});
    INFO(to << ": " << refused.err);
    CHECK(refused.exit_code == 4);
    CHECK(refused.err.find("-o") != std::string::npos);
  }
  CHECK(home.read(Home::kLog) == said);
  CHECK(home.read(".kato/kato.yaml") == "schemaVersion: 1\n");
  CHECK_FALSE(fs::exists(into_roots + "talk.md"));
  CHECK_FALSE(fs::exists(into_roots + "new"));
  CHECK(fs::is_symlink(fs::symlink_status(home.path("proj/link.md"))));
  for (const auto& to : {home.path("elsewhere.md"), home.path(".kato/recordings/")}) {
    CHECK(home.kato({"export", "11111111", "-o", to}).exit_code == 0);
  }
}

TEST_CASE("export --all puts every session into a folder, under names of its own", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "first"));
  const auto done = home.kato({"export", "--all", "-f", "jsonl", "-o", home.path("out/")});
  CHECK(done.exit_code == 0);
  const auto path = done.out.substr(0, done.out.find('\n'));
  CHECK(path.starts_with(home.path("out/claude-")));
  CHECK(path.ends_with(".jsonl"));
}

TEST_CASE("an inspection prints the documented JSON", "[e2e][P4]") {
  const Home home;
  const auto log = home.write(Home::kLog, home.user("a1", "hello") + "not json\n");
  const auto inspected = home.kato({"inspect", log, "--json"});
  REQUIRE(inspected.exit_code == 0);
  const auto account = json::parse(inspected.out);
  CHECK(account.at("file") == log);
  CHECK(account.at("clientVersions") == json::array({"2.1.330"}));
  CHECK(account.at("bytes").at("total") == account.at("bytes").at("accounted"));
  CHECK(account.at("events").at("user.message") == 1);
  REQUIRE(account.at("problems").size() == 1);
  CHECK(account.at("problems")[0].at("line") == 2);
}

TEST_CASE("P4: a record above maxRecordBytes is stepped over, and told", "[e2e][P4]") {
  const Home home;
  home.write(".kato/kato.yaml", "schemaVersion: 1\nmaxRecordBytes: 4096\n");
  const auto log = home.write(Home::kLog, home.user("a1", "first") +
                                              home.user("a2", "long " + std::string(5000, 'x')) +
                                              home.user("a3", "last"));
  const auto account = json::parse(home.kato({"inspect", log, "--json"}).out);
  CHECK(account.at("bytes").at("total") == account.at("bytes").at("accounted"));
  CHECK(account.dump().contains("oversize"));
  const auto shown = home.kato({"export", log, "-o", "-"});
  REQUIRE(shown.exit_code == 0);
  CHECK(shown.out.contains("first"));
  CHECK(shown.out.contains("last"));
  CHECK_FALSE(shown.out.contains("long xxx"));
}

TEST_CASE("a file that may not grow further fails the export with a message", "[e2e]") {
  const Home home;
  home.write(Home::kLog, home.user("a1", "long " + std::string(200'000, 'x')));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 65536, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto done = home.kato({"export", "--all", "-o", home.path("out/")});
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(done.exit_code == 1);
  CHECK(done.err.contains("File too large"));
}

TEST_CASE("a command that is not understood is a usage error", "[e2e]") {
  const Home home;
  const auto unknown = home.kato({"recordngs"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.err ==
        "kato: 'recordngs' is no command; did you mean 'recordings'?; see: kato "
        "--help\n");
  CHECK(home.kato({"frobnicate"}).err == "kato: 'frobnicate' is no command; see: kato --help\n");
  CHECK(home.kato({"record", "start"}).err.find("kato record start --help") != std::string::npos);
  CHECK(home.kato({"export"}).exit_code == 2);
  CHECK(home.kato({"sessions", "--since", "soon"}).exit_code == 2);
  CHECK(home.kato({"--help"}).exit_code == 0);
  CHECK(home.kato({"--version"}).out.starts_with("kato "));
}

TEST_CASE("P2: a daemon that was killed goes on where it was", "[e2e][P2]") {
  const Home home;
  home.write(Home::kLog, "");
  {
    const auto daemon = home.start_daemon();
    home.append(Home::kLog, home.user("k1", "::start notes.md"));
    REQUIRE(eventually([&] { return home.contains("proj/notes.md", "::start"); }));
    // The group commit is at most a second late.
    REQUIRE(eventually([&] {
      const auto found =
          kato::test::Process({"/bin/grep", "-rq", "\"state\":\"on\"", home.path(".kato/sessions")},
                              {}, home.path(""))
              .wait();
      return found.exit_code == 0;
    }));
    daemon->send(SIGKILL);
    CHECK(daemon->wait().exit_code == -SIGKILL);
  }
  home.append(Home::kLog, home.assistant("k2", "said after the end"));
  const auto daemon = home.start_daemon();
  CHECK(eventually([&] { return home.contains("proj/notes.md", "said after the end"); }));
  Home::stop(*daemon);
}
