//===- Expected.h - errors as values ----------------------------*- C++ -*-===//
//
// The libraries throw nothing and print nothing: what can fail returns an
// Expected<T>, and the caller decides what to do with the message.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_SUPPORT_EXPECTED_H
#define PIT_SUPPORT_EXPECTED_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace pit {

/// Why something could not be done: one line, lower case, no final period, that
/// names what, where and what was expected. A default-constructed error has an
/// empty message and means success where an Error is returned by itself.
struct [[nodiscard]] Error {
  std::string message;

  /// True if something went wrong.
  explicit operator bool() const { return !message.empty(); }
  static Error success() { return {}; }
};

/// A value of type T, or the Error that kept it from being made.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : storage(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : storage(std::in_place_index<1>, std::move(error)) {
    assert(std::get<1>(storage) && "an Expected cannot hold a success error");
  }

  /// True if there is a value.
  explicit operator bool() const { return storage.index() == 0; }
  T &operator*() { return *std::get_if<0>(&storage); }
  const T &operator*() const { return *std::get_if<0>(&storage); }
  T *operator->() { return std::get_if<0>(&storage); }
  const T *operator->() const { return std::get_if<0>(&storage); }
  /// The error; only when there is no value.
  const Error &error() const { return *std::get_if<1>(&storage); }

private:
  std::variant<T, Error> storage;
};

} // namespace pit

#endif // PIT_SUPPORT_EXPECTED_H
