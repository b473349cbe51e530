package dev.gantry.controlplane.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.core.v1.Pod;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchesTest {
    /// The examples of RFC 6902, appendix A, as far as they succeed.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"foo":"bar"} | [{"op":"add","path":"/baz","value":"q"}] | \
                    {"foo":"bar","baz":"q"}
                    {"foo":["a","b"]} | [{"op":"add","path":"/foo/1","value":"q"}] | \
                    {"foo":["a","q","b"]}
                    {"foo":["a"]} | [{"op":"add","path":"/foo/-","value":["b"]}] | \
                    {"foo":["a",["b"]]}
                    {"baz":"q","foo":"b"} | [{"op":"remove","path":"/baz"}] | {"foo":"b"}
                    {"foo":["a","q","b"]} | [{"op":"remove","path":"/foo/1"}] | {"foo":["a","b"]}
                    {"baz":"q"} | [{"op":"replace","path":"/baz","value":7}] | {"baz":7}
                    {"foo":{"a":1},"q":{}} | [{"op":"move","from":"/foo/a","path":"/q/b"}] | \
                    {"foo":{},"q":{"b":1}}
                    {"foo":["a","g","c"]} | [{"op":"move","from":"/foo/1","path":"/foo/2"}] | \
                    {"foo":["a","c","g"]}
                    {"a":{"b":1}} | [{"op":"copy","from":"/a","path":"/c"}] | \
                    {"a":{"b":1},"c":{"b":1}}
                    {"/":9,"~1":10} | [{"op":"test","path":"/~01","value":10}] | {"/":9,"~1":10}
                    """)
    void jsonPatchFollowsTheStandard(String object, String patch, String expected) {
        assertThat(Patches.json(object, patch)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"op":"add"} | a JSON patch is a list of operations
                    [{"op":"add","path":"/a/b","value":1}] | /a/b does not exist
                    [{"op":"test","path":"/x","value":2}] | the test of /x failed
                    [{"op":"remove","path":"/nope"}] | /nope does not exist
                    [{"op":"replace","path":"/list/01","value":1}] | /list/01 does not exist
                    [{"op":"add","path":"/list/9","value":1}] | /list/9 does not exist
                    [{"op":"add","path":"/x"}] | value is missing
                    [{"op":"fly","path":"/x"}] | op must be add, remove, replace, move, copy or test
                    [{"op":"remove","path":"x"}] | path must be a JSON pointer
                    [{"op":"remove","path":""}] | the whole object cannot be removed
                    """)
    void wrongJsonPatchIsRefused(String patch, String message) {
        assertThatThrownBy(() -> Patches.json("{\"x\":1,\"list\":[1]}", patch))
                .isInstanceOf(ApplyException.class)
                .hasMessage(message);
    }

    /// RFC 7386, appendix A.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"a":"b"} | {"a":"c"} | {"a":"c"}
                    {"a":"b"} | {"b":"c"} | {"a":"b","b":"c"}
                    {"a":"b"} | {"a":null} | {}
                    {"a":["b"]} | {"a":"c"} | {"a":"c"}
                    {"a":{"b":"c"}} | {"a":{"b":"d","c":null}} | {"a":{"b":"d"}}
                    {"a":[{"b":"c"}]} | {"a":[1]} | {"a":[1]}
                    {"e":null} | {"a":1} | {"e":null,"a":1}
                    {} | {"a":{"bb":{"ccc":null}}} | {"a":{"bb":{}}}
                    """)
    void mergePatchFollowsTheStandard(String object, String patch, String expected) {
        assertThat(Patches.merge(object, patch)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}} | \
                    {"spec":{"containers":[{"name":"a","image":"y"}]}} | \
                    {"spec":{"containers":[{"name":"a","image":"y"},{"name":"b"}]}}
                    {"spec":{"containers":[{"name":"a"},{"name":"b"}]}} | \
                    {"spec":{"containers":[{"name":"a","$patch":"delete"}]}} | \
                    {"spec":{"containers":[{"name":"b"}]}}
                    {"spec":{"containers":[{"name":"a"}]}} | \
                    {"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}} | \
                    {"spec":{"containers":[{"name":"c"}]}}
                    {"spec":{"tolerations":[{"key":"a"}]}} | \
                    {"spec":{"tolerations":[{"key":"b"}]}} | \
                    {"spec":{"tolerations":[{"key":"b"}]}}
                    {"metadata":{"finalizers":["a"]}} | {"metadata":{"finalizers":["b"]}} | \
                    {"metadata":{"finalizers":["a","b"]}}
                    {"metadata":{"finalizers":["a","b"]}} | \
                    {"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}} | \
                    {"metadata":{"finalizers":["b"]}}
                    {"spec":{"volumes":[{"name":"v","emptyDir":{}}]}} | \
                    {"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],\
                    "hostPath":{"path":"/"}}]}} | \
                    {"spec":{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}
                    """)
    void strategicMergeKnowsListsWithKeys(String object, String patch, String expected) {
        assertThat(Patches.strategic(object, patch, Pod.getDescriptor())).isEqualTo(expected);
    }
}
