package io.millrace.core.types;

import io.millrace.core.types.Shape.Basic;
import io.millrace.core.types.Shape.EnumShape;
import io.millrace.core.types.Shape.OptionalShape;
import io.millrace.core.types.Shape.RecordShape;
import io.millrace.core.types.Shape.SealedShape;
import java.util.HashSet;
import java.util.Set;

/** Tells whether values of a type never change, down to the last field. */
final class Immutability {
  private final Set<TypeTree> seen = new HashSet<>();

  private Immutability() {}

  static boolean of(TypeTree tree) {
    return new Immutability().holds(tree);
  }

  private boolean holds(TypeTree tree) {
    if (!seen.add(tree)) {
      return true; // being looked at: only another part can speak against it
    }
    Shape shape = ShapeAnalyzer.analyze(tree, tree.name());
    if (shape instanceof Basic basic) {
      return basic.type().serializer().isImmutable();
    } else if (shape instanceof EnumShape) {
      return true;
    } else if (shape instanceof RecordShape type) {
      return type.components().stream().allMatch(part -> holds(part.type()));
    } else if (shape instanceof OptionalShape type) {
      return holds(type.element());
    } else if (shape instanceof SealedShape type) {
      return type.variants().stream()
          .allMatch(variant -> !variant.type().raw().isSealed() && holds(variant.type()));
    }
    return false;
  }
}
