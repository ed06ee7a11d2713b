#include "tests/support/checked_decoder.h"

#include "host/plugin/account_check.h"

namespace kato::test {
namespace {

// The first breach stands.
class CheckedListener final : public DecodeListener {
 public:
  CheckedListener(plugin::AccountCheck& account, DecodeListener& next)
      : account_(account), next_(next) {}

  void on_draft(const Draft& draft) override {
    if (may_pass(account_.draft(draft))) next_.on_draft(draft);
  }
  void on_record(const RecordReport& record) override {
    if (may_pass(account_.record(record))) next_.on_record(record);
  }
  void on_facts(std::string_view directory, std::string_view version) override {
    next_.on_facts(directory, version);
  }
  void on_problem(uint64_t offset_bytes, std::string_view message) override {
    next_.on_problem(offset_bytes, message);
  }

  [[nodiscard]] const plugin::AccountCheck::Breach& breach() const { return breach_; }

 private:
  bool may_pass(plugin::AccountCheck::Breach breach) {
    if (!breach_) breach_ = std::move(breach);
    return !breach_;
  }

  plugin::AccountCheck& account_;
  DecodeListener& next_;
  plugin::AccountCheck::Breach breach_;
};

class CheckedDecoder final : public Decoder {
 public:
  CheckedDecoder(std::unique_ptr<Decoder> decoder, const std::vector<HeldRecord>* held)
      : decoder_(std::move(decoder)), account_(held) {}

  Result<DecodeOutcome> decode(const DecodeRequest& request, DecodeListener& listener) override {
    account_.begin(request.base_offset_bytes, request.bytes.size());
    CheckedListener checked(account_, listener);
    auto outcome = decoder_->decode(request, checked);
    if (!outcome) return outcome;
    if (checked.breach()) return fail(ErrorCode::kPlugin, "decode {}", *checked.breach());
    if (const auto breach = account_.end(outcome->consumed_bytes)) {
      return fail(ErrorCode::kPlugin, "decode {}", *breach);
    }
    return outcome;
  }

  Result<SavedDecoder> save() override {
    auto saved = decoder_->save();
    if (!saved) return saved;
    if (const auto breach = account_.saved(saved->held)) {
      return fail(ErrorCode::kPlugin, "save {}", *breach);
    }
    return saved;
  }

 private:
  std::unique_ptr<Decoder> decoder_;
  plugin::AccountCheck account_;
};

}  // namespace

std::unique_ptr<Decoder> make_checked_decoder(std::unique_ptr<Decoder> decoder,
                                              const std::vector<HeldRecord>* held) {
  return std::make_unique<CheckedDecoder>(std::move(decoder), held);
}

}  // namespace kato::test
