#include <algorithm>
#include <ctime>
#include <kato/common.hpp>
#include <kato/testkit/provider_driver.hpp>
#include <kato/testkit/source_patterns.hpp>

#include "provider_session.h"
#include "source_input.h"

namespace kato::testkit {
namespace {

struct Probing {
  ProbeOutcome outcome;
  int count = 0;

  static void identity(void* context, const kato_identity* identity) {
    auto& self = *static_cast<Probing*>(context);
    ++self.count;
    const auto c = sdk::complete(identity);
    self.outcome.provider_session_id = sdk::view(c.provider_session_id);
    self.outcome.parent_provider_session_id = sdk::view(c.parent_provider_session_id);
    self.outcome.parentage = c.parentage;
    auto& text = self.outcome.text;
    text = "driver " + std::to_string(c.driver) + " parentage " + std::to_string(c.parentage) +
           " relation " + std::to_string(c.relation) + " rank " + std::to_string(c.rank);
    for (const auto part :
         {c.provider_session_id, c.parent_provider_session_id, c.project_directory, c.title_hint,
          c.started_at, c.client_version, c.continues_source, c.continues_at}) {
      text += " | ";
      text += sdk::view(part);
    }
    if (c.provider_session_id.size == 0 || c.provider_session_id.size > 256) {
      self.outcome.breaches.emplace_back("a session id that is not 1 to 256 bytes long");
    }
  }
};

double cpu_now() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace

kato_growth growth_of(const kato_provider_api& api, const std::string& path) {
  const auto patterns = source_patterns(api);
  for (const auto& pattern : patterns) {
    if (pattern.fits(path)) return static_cast<kato_growth>(pattern.growth);
  }
  // A file outside of a root goes by its base name.
  for (const auto& pattern : patterns) {
    const auto name = pattern.include.substr(pattern.include.rfind('/') + 1);
    if (glob_fits(name, path)) return static_cast<kato_growth>(pattern.growth);
  }
  return KATO_GROWTH_APPEND;
}

ProviderDriver::ProviderDriver(const kato_provider_api& api, const SourceContent& source)
    : api_(api),
      source_(source),
      is_document_(growth_of(api, source.path) == KATO_GROWTH_DOCUMENT) {}

ProbeOutcome ProviderDriver::probe(uint64_t head_bytes) const {
  const FakeHost host;
  const auto companions = c_companions(source_);
  const Padded head(std::string_view(source_.bytes).substr(0, head_bytes));
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = head_bytes >= source_.bytes.size() ? 1 : 0;
  input.path = sdk::str(source_.path);
  input.head = head.c();
  input.size_bytes = source_.bytes.size();
  input.options_json = c_options(source_);
  input.companions = companions.data();
  input.companion_count = companions.size();
  Probing probing;
  const kato_identity_writer writer{sizeof(kato_identity_writer), 0, &probing, &Probing::identity};
  auto& outcome = probing.outcome;
  outcome.status = api_.probe(host.c(), &input, &writer, &outcome.verdict);
  const int expected = outcome.status == KATO_OK && outcome.verdict == KATO_PROBE_MINE ? 1 : 0;
  if (probing.count != expected) {
    outcome.breaches.push_back("probe said " + std::to_string(outcome.verdict) + " and gave " +
                               std::to_string(probing.count) + " identities");
  }
  return std::move(outcome);
}

ProviderDriver::Run ProviderDriver::run(const Cutting& cutting) const {
  const double begun = cpu_now();
  Session session(*this, cutting);
  session.run.status = session.open(nullptr);
  if (session.run.status == KATO_OK) drive(session, cutting);
  session.run.cpu_seconds = cpu_now() - begun;
  return std::move(session.run);
}

void ProviderDriver::drive(Session& session, const Cutting& cutting) const {
  for (const auto& document : cutting.earlier) {
    session.state_document(document);
    session.decode_up_to(document.size(), false);  // false: it was refused
    if (!session.run.said->breaches().empty()) return;
  }
  if (!cutting.earlier.empty()) session.state_document(source_.bytes);
  const uint64_t size = source_.bytes.size();
  for (const uint64_t cut : cutting.cuts) {
    if (cut <= session.at() || cut >= size) continue;
    const bool goes_on = session.decode_up_to(cut, false);
    // Half a document: it says that it wants all of it, or takes what happens to be one.
    if (!goes_on && !is_document_) return;
    if (cutting.reopen && !session.save_and_reopen()) return;
    if (is_document_) session.state_document(source_.bytes);
  }
  if (!session.decode_up_to(size, true)) return;
  if (session.at() != size) {
    session.run.said->breach("of the finished source " + std::to_string(size - session.at()) +
                             " bytes were left over");
  }
  if (session.run.said->breaches().empty()) session.save();
}

kato_status ProviderDriver::open_with(std::string_view state, uint32_t version) const {
  const Cutting cutting;
  Session session(*this, cutting);
  const kato_state_blob blob{sizeof(kato_state_blob), version, sdk::bytes(state)};
  const kato_status status = session.open(&blob);
  constexpr size_t kEnough = 256U << 10U;
  const size_t size = is_document_ ? source_.bytes.size() : std::min(source_.bytes.size(), kEnough);
  if (status == KATO_OK) session.decode_up_to(size, true);
  return status;
}

}  // namespace kato::testkit
