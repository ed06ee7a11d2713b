// The law of drift: what a newer client writes into one record disturbs no other record.
#pragma once

#include <kato/provider.h>

#include "provider_laws.hpp"

namespace kato::testkit {

// Changes one record of the source at a time (json_edit.hpp), repeats one or cuts one off in its
// middle, as often as input.drifts says, and checks that
// - the source is decoded to its end, accounted for, and cut anywhere it says the same;
// - what is neither field order nor a known field's value is not noticed: then all is said as
//   before;
// - no other record becomes malformed or raw, and all the others say is still said, and nothing
//   else. Two things are no breach: a record that is held back may stay so, or be let go; and a
//   record without which the others would say something else anyway (a session's head, a queue's
//   bookkeeping) may steer them.
// What is said: all drafts but provider.info and provider.raw, by kind and payload.
// Returns how many changed copies were decoded.
uint64_t check_drift(LawReport& report, const kato_provider_api& api,
                     const ProviderLawInput& input);

}  // namespace kato::testkit
