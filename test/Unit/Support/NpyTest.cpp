//===- NpyTest.cpp - arrays in .npy files ---------------------------------===//

#include "pit/Support/Npy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

using namespace pit;
using namespace std::string_literals;

namespace {

/// A folder that disappears with the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string pattern =
        std::filesystem::temp_directory_path() / "npytestXXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string file(std::string name) const { return path / name; }
  size_t count() const {
    return size_t(std::distance(std::filesystem::directory_iterator(path), {}));
  }
};

void put(const std::string &path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

/// A file around a header written by hand.
std::string around(std::string dictionary, std::string data, int version = 1) {
  std::string result = "\x93NUMPY"s + char(version) + '\0';
  size_t n = dictionary.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    result += char(n >> (8 * i));
  return result + dictionary + data;
}

std::string errorOf(std::string content) {
  auto array = parseNpy(content, "a.npy");
  return array ? "no error" : array.error().message;
}

constexpr const char *kSmall =
    "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }\n";

TEST(Npy, ReadsWhatNumpyWrites) {
  // numpy.save(f, numpy.array([[1], [-2]], dtype="<i2")), version 1.0
  auto array = parseNpy(around(kSmall, "\x01\0\xFE\xFF"s), "a.npy");
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->type, (NpyType{'i', 2}));
  EXPECT_EQ(array->shape, (std::vector<uint64_t>{2, 1}));
  EXPECT_EQ(array->elements(), 2u);
  EXPECT_EQ(array->data, "\x01\0\xFE\xFF"s);
}

TEST(Npy, VersionsAndSpellings) {
  for (int version : {1, 2, 3})
    EXPECT_TRUE(parseNpy(around(kSmall, "1234", version), "a.npy")) << version;
  const char *same[] = {
      "{\"shape\": (2,1), \"descr\": \"<i2\", \"fortran_order\": False}",
      "{ 'fortran_order' : False , 'descr' : '<i2' , 'shape' : ( 2 , 1 , ) }  ",
      "{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 1L)}"};
  for (const char *header : same) {
    auto array = parseNpy(around(header, "1234"), "a.npy");
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->shape, (std::vector<uint64_t>{2, 1}));
  }
  // Order means nothing in one dimension.
  EXPECT_TRUE(parseNpy(
      around("{'descr': '|u1', 'fortran_order': True, 'shape': (4,)}", "1234"),
      "a.npy"));
  // bf16 and e4m3 as ml_dtypes saves them.
  for (const char *descr : {"<V2", "|V2", "V2"})
    EXPECT_TRUE(parseNpy(around("{'descr': '"s + descr +
                                    "', 'fortran_order': False, 'shape': (2,)}",
                                "1234"),
                         "a.npy"))
        << descr;
}

TEST(Npy, Types) {
  for (const char *descr :
       {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2",
        "<f4", "<f8", "|V1", "|V2", "|V4", "|V8", "|V16"}) {
    auto type = NpyType::parse(descr);
    ASSERT_TRUE(type) << descr;
    EXPECT_EQ(type->descr(), descr);
    auto bare = NpyType::parse(descr + 1);
    ASSERT_TRUE(bare) << descr;
    EXPECT_EQ(*bare, *type);
  }
  for (const char *descr :
       {"", "<", "f", "f3", "f16", "i16", "c8", "O", "S4", "U3", "M8", "b2",
        "f4x", "f04", "V0", "V3", "<<f4", "x4"})
    EXPECT_FALSE(NpyType::parse(descr)) << descr;
}

TEST(Npy, EmptyAndScalar) {
  NpyArray scalar{{'f', 4}, {}, "abcd"};
  EXPECT_EQ(scalar.elements(), 1u);
  auto a =
      parseNpy(npyHeader(scalar.type, scalar.shape) + scalar.data, "a.npy");
  ASSERT_TRUE(a) << a.error().message;
  EXPECT_TRUE(a->shape.empty());
  // A zero extent: no data, and no overflow however large the other one is.
  std::vector<uint64_t> shape{0, uint64_t(1) << 62, uint64_t(1) << 62};
  auto b = parseNpy(npyHeader({'f', 8}, shape), "a.npy");
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(b->shape, shape);
}

TEST(Npy, HeaderIsNumpysOwn) {
  std::string header = npyHeader({'f', 4}, std::vector<uint64_t>{3});
  EXPECT_EQ(header.size() % 64, 0u);
  EXPECT_EQ(header.substr(0, 10), "\x93NUMPY\x01\0\x76\0"s);
  EXPECT_EQ(header.substr(10, 58),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } ");
  EXPECT_EQ(header.back(), '\n');
}

TEST(Npy, Errors) {
  const std::string dict = kSmall;
  auto with = [&](std::string from, std::string to, std::string data = "1234") {
    std::string changed = dict;
    changed.replace(changed.find(from), from.size(), to);
    return errorOf(around(changed, data));
  };
  EXPECT_EQ(errorOf(""), "a.npy: expected a .npy file, but it starts with ''");
  EXPECT_EQ(errorOf("PK\x03\x04zip"),
            "a.npy: expected a .npy file, but it starts with 'PK??zi'");
  EXPECT_EQ(errorOf("\x93NUMPY\x01"),
            "a.npy: truncated: the file ends inside its .npy header");
  EXPECT_EQ(errorOf("\x93NUMPY\x02\0\x10\0\0"s),
            "a.npy: truncated: the file ends inside its .npy header");
  EXPECT_EQ(errorOf("\x93NUMPY\x04\x01xxxx"s),
            "a.npy: unsupported .npy version 4.1: expected 1.0, 2.0 or 3.0");
  EXPECT_EQ(errorOf("\x93NUMPY\x02\0\xFF\xFF\xFF\xFFx"s),
            "a.npy: the .npy header is 4294967295 bytes long: expected at most "
            "65536");
  EXPECT_EQ(errorOf("\x93NUMPY\x01\0\x40\0{"s),
            "a.npy: truncated: the .npy header is 64 bytes long, but the file "
            "has only 1 "
            "more");
  EXPECT_EQ(errorOf(around(dict, "123")),
            "a.npy: truncated: shape (2, 1) of '<i2' needs 4 bytes of data, "
            "but 3 follow "
            "the header");
  EXPECT_EQ(errorOf(around(dict, "12345")),
            "a.npy: trailing bytes: shape (2, 1) of '<i2' needs 4 bytes of "
            "data, but 5 "
            "follow the header");
  EXPECT_EQ(
      with("<i2", ">i2"),
      "a.npy: the elements are big endian ('>i2'): expected little endian");
  EXPECT_EQ(with("<i2", "|O"),
            "a.npy: unsupported element type '|O': expected b1, i1, i2, i4, "
            "i8, u1, u2, "
            "u4, u8, f2, f4, f8 or raw items V1, V2, V4, V8, V16");
  EXPECT_EQ(with("'<i2'", "[('x', '<i2')]"),
            "a.npy: structured types are not supported: expected a single "
            "element type "
            "such as '<f4'");
  EXPECT_EQ(with("False", "True"),
            "a.npy: the array is in Fortran order: expected C "
            "order (numpy.ascontiguousarray makes it)");
  EXPECT_EQ(with("False", "0"),
            "a.npy: malformed .npy header: expected True or False "
            "after 'fortran_order' before '0, ?shape?: (2, 1), }?'");
  EXPECT_EQ(
      with("(2, 1)", "(-2, 1)"),
      "a.npy: malformed .npy header: expected an extent between 0 and 2^63 - 1 "
      "before '-2, 1), }?'");
  EXPECT_EQ(
      with("(2, 1)", "(9223372036854775808,)"),
      "a.npy: malformed .npy header: expected an extent between 0 and 2^63 - 1 "
      "before '9223372036854775808,), }?'");
  EXPECT_EQ(with("(2, 1)", "(2)"),
            "a.npy: malformed .npy header: expected ',' after the "
            "only extent of a shape before '), }?'");
  EXPECT_EQ(with("(2, 1)", "(4294967296, 4294967296)"),
            "a.npy: an array of shape (4294967296, 4294967296) and type '<i2' "
            "has more "
            "than 2^63 bytes");
  EXPECT_EQ(
      with("'shape': (2, 1), ", ""),
      "a.npy: malformed .npy header: the key 'shape' is missing at its end");
  EXPECT_EQ(with("'shape'", "'shade'"),
            "a.npy: malformed .npy header: unexpected key 'shade' before ' (2, "
            "1), }?'");
  EXPECT_EQ(
      with("'fortran_order'", "'descr'"),
      "a.npy: malformed .npy header: unexpected key 'descr' before ' False, "
      "?shape?: (2, 1), }?'");
  EXPECT_EQ(with(", }", ", } x"), "a.npy: malformed .npy header: expected only "
                                  "blanks after '}' before 'x?'");
  EXPECT_EQ(errorOf(around("[]", "")),
            "a.npy: malformed .npy header: expected '{' before '[]'");
  std::string many = "(";
  for (int i = 0; i < 65; ++i)
    many += "1,";
  EXPECT_NE(with("(2, 1)", many + ")").find("more than 64 dimensions"),
            std::string::npos);
}

TEST(Npy, EveryPrefixAndEveryByteIsHandled) {
  // Neither cutting nor changing a file may do worse than an error.
  std::string good = around(kSmall, "1234");
  ASSERT_TRUE(parseNpy(good, "a.npy"));
  for (size_t n = 0; n < good.size(); ++n)
    EXPECT_FALSE(parseNpy(good.substr(0, n), "a.npy")) << n;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 2; ++k)
      bad[random() % bad.size()] = char(random());
    auto array = parseNpy(bad, "a.npy");
    if (array) {
      ASSERT_EQ(array->data.size(), array->elements() * array->type.bytes);
    } else {
      ASSERT_EQ(array.error().message.find('\n'), std::string::npos);
    }
  }
}

TEST(Npy, RoundTripThroughFiles) {
  TemporaryFolder folder;
  std::string path = folder.file("x.npy");
  NpyArray array{{'f', 8}, {2, 3}, std::string(48, '\x11')};
  Error none = writeNpy(path, array);
  ASSERT_FALSE(none) << none.message;
  array.data[7] = 0;
  ASSERT_FALSE(writeNpy(path, array)) << "overwriting";
  auto read = readNpy(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->data, array.data);
  EXPECT_EQ(read->shape, array.shape);
  EXPECT_EQ(folder.count(), 1u) << "a temporary file stayed";
}

TEST(File, NothingChangesBeforeTheCommit) {
  TemporaryFolder folder;
  std::string path = folder.file("x");
  put(path, "old");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  {
    auto staged = StagedFile::stage(path, {"n", "ew"});
    ASSERT_TRUE(staged) << staged.error().message;
    EXPECT_EQ(*readFile(path), "old");
    EXPECT_EQ(folder.count(), 2u);
  }
  EXPECT_EQ(*readFile(path), "old");
  EXPECT_EQ(folder.count(), 1u);
  auto staged = StagedFile::stage(path, {"n", "ew"});
  ASSERT_TRUE(staged);
  ASSERT_FALSE(staged->commit());
  EXPECT_EQ(*readFile(path), "new");
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0640u);
}

TEST(File, LinksAreFollowed) {
  TemporaryFolder folder;
  put(folder.file("real"), "old");
  ASSERT_EQ(symlink("real", folder.file("link").c_str()), 0);
  auto staged = StagedFile::stage(folder.file("link"), {"new"});
  ASSERT_TRUE(staged);
  ASSERT_FALSE(staged->commit());
  EXPECT_EQ(*readFile(folder.file("real")), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
}

TEST(File, LinksToNothingAreFollowed) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("sub"));
  ASSERT_EQ(symlink("sub/second", folder.file("first").c_str()), 0);
  ASSERT_EQ(symlink("new", folder.file("sub/second").c_str()), 0);
  Error none = StagedFile::stage(folder.file("first"), {"text"})->commit();
  ASSERT_FALSE(none) << none.message;
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("first")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("sub/second")));
  EXPECT_EQ(*readFile(folder.file("sub/new")), "text");

  ASSERT_EQ(symlink("loop", folder.file("loop").c_str()), 0);
  EXPECT_EQ(StagedFile::stage(folder.file("loop"), {"x"}).error().message,
            folder.file("loop") +
                ": cannot write: Too many levels of symbolic links");
}

TEST(File, NamesMayBeAsLongAsTheSystemAllows) {
  TemporaryFolder folder;
  const std::string longest = folder.file(std::string(255, 'x'));
  for (const char *text : {"made", "replaced"}) {
    auto staged = StagedFile::stage(longest, {text});
    ASSERT_TRUE(staged) << staged.error().message;
    ASSERT_FALSE(staged->commit());
    EXPECT_EQ(*readFile(longest), text);
  }
  const std::string longer = longest + "x";
  EXPECT_EQ(StagedFile::stage(longer, {"x"}).error().message,
            longer + ": cannot write: File name too long");
}

TEST(File, ManyAreStagedAtOnce) {
  TemporaryFolder folder;
  std::vector<StagedFile> staged;
  for (unsigned i = 0; i < 300; ++i) {
    auto file = StagedFile::stage(folder.file(std::to_string(i)), {"x"});
    ASSERT_TRUE(file) << file.error().message;
    staged.push_back(std::move(*file));
  }
  for (StagedFile &file : staged)
    ASSERT_FALSE(file.commit());
  EXPECT_EQ(folder.count(), 300u);
}

TEST(File, OneFileHasManyNames) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("sub"));
  ASSERT_EQ(symlink("sub", folder.file("way").c_str()), 0);
  ASSERT_EQ(symlink("sub/new", folder.file("link").c_str()), 0);
  // Nothing of this exists.
  EXPECT_TRUE(isSameFile("not-there", "./not-there"));
  EXPECT_FALSE(isSameFile("not-there", "not-there-either"));
  const std::string file = folder.file("sub/new");
  for (const char *name : {"sub/new", "sub/../sub/./new", "way/new", "link"})
    EXPECT_TRUE(isSameFile(file, folder.file(name))) << name;
  for (const char *name : {"new", "sub/other", "sub"})
    EXPECT_FALSE(isSameFile(file, folder.file(name))) << name;
  // And now it does.
  put(file, "x");
  std::filesystem::create_hard_link(file, folder.file("hard"));
  for (const char *name : {"sub/new", "way/new", "link", "hard"})
    EXPECT_TRUE(isSameFile(file, folder.file(name))) << name;
  EXPECT_FALSE(isSameFile(file, folder.file("sub")));
}

TEST(File, Errors) {
  TemporaryFolder folder;
  std::string path = folder.file("none");
  EXPECT_EQ(readFile(path).error().message,
            path + ": cannot open: No such file or directory");
  EXPECT_EQ(
      readFile(folder.path).error().message,
      folder.path.string() +
          ": cannot read: expected a regular file, but it is a directory");
  EXPECT_EQ(readFile("/dev/zero").error().message,
            "/dev/zero: cannot read: expected a regular file, but it is a "
            "device or a pipe");
  EXPECT_EQ(StagedFile::stage(folder.path, {"x"}).error().message,
            folder.path.string() + ": cannot write: it is a directory");
  std::string deep = folder.file("no/where");
  EXPECT_EQ(StagedFile::stage(deep, {"x"}).error().message,
            deep + ": cannot write: No such file or directory");
  EXPECT_EQ(StagedFile::stage("/dev/full", {"x"}).error().message,
            "/dev/full: cannot write: No space left on device");
}

} // namespace
