"""The page where a grant is laid up, or what it says of itself is changed."""

from budgets.grant_editing import change_agreement, create_agreement
from budgets.grant_rows import GrantRefused
from budgets.models import GrantAgreement
from skane_digi.grants.edit_forms import AgreementForm


class AgreementFormPage:
    """The form of an agreement; one without an id is new."""

    def __init__(self, agreement: GrantAgreement, *, user, data=None):
        self.agreement = agreement
        self.is_new = agreement.pk is None
        self.form = AgreementForm(data, row=agreement, user=user)

    def save(self, by) -> bool:
        """Save what a valid form says and return whether that could be done; the form says why not."""
        try:
            if self.is_new:
                place = {"collaboration": self.form.cleaned_data["collaboration"]}
                self.agreement = create_agreement(**place, values=self.form.values, by=by)
            else:
                written = {"values": self.form.values, "bases": self.form.bases, "by": by}
                self.agreement = change_agreement(agreement=self.agreement, **written)
        except GrantRefused as refusal:
            self.form.refuse(refusal)
            return False
        return True
